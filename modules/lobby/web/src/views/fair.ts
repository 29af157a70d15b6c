import type { DiceDefinition, FairPair } from 'croupier-client';

/** The page that computes a round again, with everything that it needs in its address. */
export function verifyLink(pair: FairPair & { server_seed: string }, nonce: number, { outcomes }: DiceDefinition): string {
  const { server_seed, commitment, client_seed, scheme } = pair;
  const fields = { server_seed, commitment, client_seed, nonce: String(nonce), scheme, outcomes: String(outcomes) };
  return `/verify.html#${new URLSearchParams(fields).toString()}`;
}
