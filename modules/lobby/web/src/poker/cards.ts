import type { GameEvent, VideoPokerDefinition } from 'croupier-client';

const kRanks = ['2', '3', '4', '5', '6', '7', '8', '9', '10', 'J', 'Q', 'K', 'A'];
const kRankNames = ['Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten', 'Jack', 'Queen', 'King', 'Ace'];
const kSuits = ['♣', '♦', '♥', '♠'];
const kSuitNames = ['clubs', 'diamonds', 'hearts', 'spades'];
const kHands: Record<string, string> = {
  pair: 'Pair', two_pair: 'Two pair', three_of_a_kind: 'Three of a kind', straight: 'Straight', flush: 'Flush', full_house: 'Full house',
  four_of_a_kind: 'Four of a kind', straight_flush: 'Straight flush', royal_flush: 'Royal flush',
};

/** A card is its rank, 0 the two … 12 the ace, times 4, and its suit. */
export const rankOf = (card: number): string => kRanks[card >> 2]!;
export const suitOf = (card: number): string => kSuits[card & 3]!;
export const isRed = (card: number): boolean => (card & 3) === 1 || (card & 3) === 2;
export const nameOf = (card: number): string => `${kRankNames[card >> 2]!} of ${kSuitNames[card & 3]!}`;

/** "Pair of J, Q, K, A", "Four of a kind, A with 2, 3, 4". */
export function rowName(row: VideoPokerDefinition['hands'][number]): string {
  const list = (ranks: number[]) => (ranks.length === 13 ? 'any' : ranks.map((rank) => kRanks[rank]).join(', '));
  const hand = kHands[row.hand] ?? row.hand;
  const of = row.ranks === undefined ? '' : row.hand === 'pair' ? ` of ${list(row.ranks)}` : `, ${list(row.ranks)}`;
  return hand + of + (row.kickers === undefined ? '' : ` with ${list(row.kickers)}`);
}

/** What a round of video poker shows, so far or in the end. */
export interface HandShown {
  dealt: number[];
  /** By place; undefined until the player chose. */
  held: number[] | undefined;
  cards: number[];
  row: number | undefined;
  win: number;
  byRule: boolean;
}

export function handOf(events: GameEvent[]): HandShown {
  const shown: HandShown = { dealt: [], held: undefined, cards: [], row: undefined, win: 0, byRule: false };
  for (const event of events) {
    if (event.ev === 'deal') shown.dealt = shown.cards = event.cards;
    if (event.ev === 'draw') [shown.held, shown.cards] = [event.held, event.cards];
    if (event.ev === 'hand') [shown.row, shown.win] = [event.row, event.win];
    if (event.ev === 'chosen_by_rule') shown.byRule = true;
  }
  return shown;
}
