// The messages of croupier.v1, as docs/protocol describes them. Amounts are whole minor units.

/** What a player can spend. A higher version is newer. */
export interface Balance {
  /** Cash. */
  available: number;
  /** Restricted credits beside it, staked first; absent: none. */
  bonus?: number;
  currency: string;
  /** Decimals between minor and major unit. */
  exponent: number;
  version: number;
}

export interface SlotSymbol {
  id: number;
  name: string;
  kind: 'regular' | 'wild' | 'scatter';
  /** Of a wild: of the win of which it stands for another symbol; absent: 1. */
  multiplier?: number;
  /** Of a wild: symbols that it does not stand for. */
  except?: number[];
}

export interface SlotDefinition {
  reels: number;
  rows: number;
  /** Per line: the row it crosses on each reel, 0 on top. Absent: a game of ways. */
  lines?: number[][];
  /** Every choice of one cell a reel is a line; the stake is shared among so many units. */
  ways?: { units: number };
  symbols: SlotSymbol[];
  strips: number[][];
  /** `times` × the stake per line or unit. */
  pays: { symbol: number; count: number; times: number }[];
  /** Scatters anywhere pay `times` × the stake. */
  scatter_pays?: { count: number; times: number }[];
  free_spins?: { awards: { count: number; spins: number }[]; multiplier: number; limit: number; strips?: number[][] };
  /** Reels that show the symbol are held and the others spin again, up to so often, as long as each spin holds another one. */
  respins?: { symbol: number; limit: number };
  /** So many scatters let the player pick one of the prizes' boxes; each prize × the stake. */
  pick?: { scatters: number; prizes: number[] };
  /** The most that a round pays, × the stake. */
  win_cap?: number;
}

export interface RouletteDefinition {
  /** The American one has a second zero; its number is 37. */
  wheel: 'european' | 'american';
  /** When a zero falls, half the stake of a bet that pays 1 to 1 comes back. */
  la_partage: boolean;
  bets: { kind: string; numbers: number; pays: number; rtp_ppm: number }[];
}

/** One number below `outcomes`, provably fair. */
export interface DiceDefinition {
  outcomes: number;
  edge_ppm: number;
  /** The winning numbers that a bet may have. */
  chance_min: number;
  chance_max: number;
  scheme: 'v1' | 'v2';
}

/** Five-card draw from one deck. A card is its rank, 0 the two … 12 the ace, times 4, and its suit: clubs, diamonds, hearts, spades. */
export interface VideoPokerDefinition {
  /** At most so many a hand. */
  coins: number;
  coin_min: number;
  coin_max: number;
  coin_step: number;
  /** For one coin, two coins, …: under optimal play. */
  rtp_ppm: number[];
  /** A hand gets the first row that it fits. `pays`: in coins, for one coin, two coins, …; without ranks or kickers: any. */
  hands: { hand: string; ranks?: number[]; kickers?: number[]; pays: number[] }[];
}

interface GameBase {
  game: string;
  name: string;
  rtp_ppm: number;
  stake_min: number;
  stake_max: number;
  stake_step: number;
  currency: string;
  exponent: number;
  open: boolean;
  /** From the start of a round to the player's next one, at least. */
  cycle_ms?: number;
  /** How long a round waits for its player's choice. */
  choice_ms?: number;
}

export type SlotInfo = GameBase & { kind: 'slot'; definition: SlotDefinition };
export type RouletteInfo = GameBase & { kind: 'roulette'; definition: RouletteDefinition };
export type DiceInfo = GameBase & { kind: 'dice'; definition: DiceDefinition };
export type VideoPokerInfo = GameBase & { kind: 'video-poker'; definition: VideoPokerDefinition };
export type GameInfo = SlotInfo | RouletteInfo | DiceInfo | VideoPokerInfo;

export interface Bet {
  kind: string;
  numbers?: number[];
  stake: number;
}

export type GameEvent =
  | { ev: 'reels'; stops: number[]; grid: number[][] }
  | { ev: 'line'; line: number; symbol: number; count: number; win: number }
  | { ev: 'ways'; symbol: number; count: number; ways: number; win: number }
  | { ev: 'scatter'; symbol: number; count: number; win: number }
  | { ev: 'free_spins'; awarded: number; left: number }
  | { ev: 'free_spin'; index: number; left: number }
  /** The reels that are held; the next 'reels' says how the others stopped. */
  | { ev: 'respin'; held: number[]; left: number }
  | { ev: 'pick'; boxes: number }
  | { ev: 'picked'; box: number; win: number; wins: number[] }
  | { ev: 'capped'; win: number }
  | { ev: 'pocket'; number: number; colour: string }
  | { ev: 'bet'; index: number; stake: number; win: number }
  | { ev: 'roll'; number: number }
  | { ev: 'fair'; seeds: number; nonce: number }
  | { ev: 'deal'; cards: number[] }
  /** `held` by place; the hand as it is now. */
  | { ev: 'draw'; held: number[]; cards: number[] }
  | { ev: 'hand'; row: number; win: number }
  | { ev: 'chosen_by_rule'; choice: number };

export interface Outcome {
  events: GameEvent[];
  stake: number;
  win: number;
}

/** Seeds of a provably fair game (docs/fair.md). */
export interface FairPair {
  seeds: number;
  scheme: 'v1' | 'v2';
  /** SHA-256 of the server seed's text. */
  commitment: string;
  definition: string;
  client_seed: string;
  /** Played with them: the last nonce. */
  rounds: number;
}
export interface FairPairs {
  current: FairPair | null;
  /** The pair that the next change begins: promised before the player names a seed for it. */
  next: { seeds: number; scheme: 'v1' | 'v2'; commitment: string; definition: string } | null;
  /** Revealed ones, newest first. */
  past: (FairPair & { server_seed: string })[];
}

/** A slot round names its stake, any other its bets. */
export type SpinRequest = { game: string; stake: number } | { game: string; bets: Bet[] };

/** The choice that a round waits for. Of video poker: the sum of 2^place over the cards that are held. */
export interface ChooseRequest {
  round: string;
  choice: number;
}
export type CommandRequest = SpinRequest | ChooseRequest;

export interface SpinResult {
  op?: 'spin' | 'choose';
  round: string;
  game: string;
  stake: number;
  win: number;
  /** Won beside `win`; absent in answers from before there were jackpots. */
  jackpot?: number;
  outcome: Outcome;
  balance: Balance;
  /** The round is in play: it waits for a choice below `choices`, until the game's rule chooses. */
  awaits?: { choices: number; until: string };
}

/** What its next win pays, and by which rules: GET /api/v1/jackpots. */
export interface Jackpot {
  name: string;
  games: string[];
  amount: number;
  wins: number;
  fund_ppm: number;
  reserve_ppm: number;
  seed: number;
  odds: number;
  currency: string;
  exponent: number;
}

export interface WireError {
  code: string;
  message: string;
  retry_after_ms?: number;
  expected?: number;
}

/** A recorded answer, as it was given. */
export type Recorded = { re: number; ok: SpinResult } | { re: number; error: WireError };

export interface Welcome {
  op: 'hello';
  session: string;
  player: string;
  nickname: string;
  instance: string;
  seq: number;
  last_n: number;
  results: Recorded[];
  previous: Recorded[];
  resumed: boolean;
  balance: Balance;
  demo: boolean;
  server_time: string;
}

/** What the server says about the player's money or the house, unasked. */
export type Push =
  | { seq: number; ev: 'balance'; balance: Balance }
  | { seq: number; ev: 'online'; players: number }
  | { seq: number; ev: 'games' }
  | { seq: number; ev: 'draining' };

export interface RoundSummary {
  round: string;
  game: string;
  at: string;
  stake: number;
  win: number;
  /** Voided: ended by a malfunction; the stake went back. */
  status: 'settled' | 'voided';
  currency: string;
  exponent: number;
}

/** The proof of a round (OpenAPI: Receipt): kept and checked as a whole, offline, by `croupier-verify receipt`. */
export interface Receipt {
  format: 'croupier.receipt.v1';
  seq: number;
  at_micros: number;
  hash: string;
  request: { scope: string; key: string; content_hash: string; result: number; answer: string };
  path: string[];
  seal: Record<string, string | number | boolean>;
}
/** `balance`: after the round, as it was told then. */
export type RoundDetail = RoundSummary & { outcome: Outcome | null; jackpot?: number; balance?: Balance; bets?: Bet[] };

export interface StatementEntry {
  transfer: string;
  /** The unit of the ledger that it stands in. */
  seq: number;
  at: string;
  code: string;
  /** Signed, for the player. */
  amount: number;
  /** Whose entry it is, if not cash's. */
  pocket?: 'bonus';
  conversion?: string;
  balance_after: number;
  version: number;
  round?: string;
  /** Of a hold or its release. */
  hold?: string;
  currency: string;
  exponent: number;
}

export interface Page<T> {
  entries: T[];
  /** `before` of the following page; absent on the last one. */
  next?: string;
}

export interface Login {
  session: string;
  token: string;
  player: string;
  nickname: string;
  expires_at: string;
}
