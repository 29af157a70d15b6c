import type { Bet } from 'croupier-client';
import { keyOf, kSpots } from './layout.js';
import type { WheelKind } from './layout.js';

/** Stakes by spot key. Values are never changed: each step makes a new map, so that undo is keeping the old ones. */
export type Chips = ReadonlyMap<string, number>;

export const kNoChips: Chips = new Map();

export function total(chips: Chips): number {
  let sum = 0;
  for (const stake of chips.values()) sum += stake;
  return sum;
}

export function add(chips: Chips, key: string, stake: number): Chips {
  return new Map(chips).set(key, (chips.get(key) ?? 0) + stake);
}

export function remove(chips: Chips, key: string): Chips {
  const next = new Map(chips);
  next.delete(key);
  return next;
}

/** In the order of the table, so that equal chips make equal frames. */
export function betsOf(wheel: WheelKind, chips: Chips): Bet[] {
  return kSpots[wheel].flatMap((spot) => {
    const stake = chips.get(spot.key);
    if (stake === undefined) return [];
    return [spot.numbers.length > 0 ? { kind: spot.kind, numbers: spot.numbers, stake } : { kind: spot.kind, stake }];
  });
}

export function chipsOf(bets: readonly Bet[]): Chips {
  return new Map(bets.map(({ kind, numbers, stake }) => [keyOf(kind, numbers ?? []), stake]));
}

/** The chips that a table offers: multiples of the minimum, as far as the maximum allows. */
export function chipValues(game: { stake_min: number; stake_max: number }): number[] {
  return [1, 5, 10, 50, 100, 500].map((times) => times * game.stake_min).filter((value) => value <= game.stake_max);
}
