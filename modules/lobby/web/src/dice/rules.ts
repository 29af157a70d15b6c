import type { Bet, DiceDefinition } from 'croupier-client';

export type Side = 'under' | 'over';

/** What a bet with so many winning numbers pays, stake included, in hundredths of the stake: as the server reckons it. */
export function pays({ outcomes, edge_ppm: edge }: DiceDefinition, chance: number): number {
  return Math.floor(((1_000_000 - edge) * 100 * outcomes) / (1_000_000 * chance));
}

export function betOf(side: Side, chance: number, stake: number, { outcomes }: DiceDefinition): Bet {
  return { kind: side, numbers: [side === 'under' ? chance : outcomes - chance], stake };
}

/** "Under 50.00", from a number of hundredths. */
export function labelOf({ kind, numbers }: Bet): string {
  return `${kind === 'under' ? 'Under' : 'From'} ${((numbers?.[0] ?? 0) / 100).toFixed(2)}`;
}
