// The betting table as data. Every target has a place on a grid of half cells: u runs along the table (0 is the zero,
// 2, 4, … 24 the columns of three numbers), v across it (1, 3, 5 the rows of numbers). Even v and odd u lie on edges.

import type { RouletteDefinition } from 'croupier-client';

export interface Spot {
  /** Unique: kind and numbers. */
  key: string;
  kind: string;
  /** As the protocol wants them. */
  numbers: number[];
  /** The pockets that win. */
  covers: number[];
  label: string;
  u: number;
  v: number;
  /** Extent in half cells; edges are 1 × 1. */
  width: number;
  height: number;
}

export type WheelKind = RouletteDefinition['wheel'];

/** By this number the protocol knows the second zero. */
const kDoubleZero = 37;

/** The pockets in their order round the wheel. */
export const kWheels: Record<WheelKind, readonly number[]> = {
  european: [
    0, 32, 15, 19, 4, 21, 2, 25, 17, 34, 6, 27, 13, 36, 11, 30, 8, 23, 10, 5, 24, 16, 33, 1, 20, 14, 31, 9, 22, 18, 29, 7,
    28, 12, 35, 3, 26,
  ],
  american: [
    0, 28, 9, 26, 30, 11, 7, 20, 32, 17, 5, 22, 34, 15, 3, 24, 36, 13, 1, kDoubleZero, 27, 10, 25, 29, 12, 8, 19, 31, 18, 6,
    21, 33, 16, 4, 23, 35, 14, 2,
  ],
};

export function pocketName(number: number): string {
  return number === kDoubleZero ? '00' : String(number);
}

const kRed = new Set([1, 3, 5, 7, 9, 12, 14, 16, 18, 19, 21, 23, 25, 27, 30, 32, 34, 36]);

export function colourOf(number: number): 'green' | 'red' | 'black' {
  if (number === 0 || number === kDoubleZero) return 'green';
  return kRed.has(number) ? 'red' : 'black';
}

const all = Array.from({ length: 36 }, (_, i) => i + 1);
const column = (number: number) => Math.ceil(number / 3);
const row = (number: number) => (number - 1) % 3;

function spot(kind: string, numbers: number[], label: string, u: number, v: number, width = 1, height = 1, covers = numbers): Spot {
  return { key: keyOf(kind, numbers), kind, numbers, covers, label, u, v, width, height };
}

function oneZero(): Spot[] {
  return [
    spot('straight', [0], '0', 0, 3, 2, 6),
    ...[1, 2, 3].map((n) => spot('split', [0, n], `Split 0 and ${n}`, 1, 2 * n - 1)),
    spot('trio', [0, 1, 2], 'Trio 0, 1, 2', 1, 2),
    spot('trio', [0, 2, 3], 'Trio 0, 2, 3', 1, 4),
    spot('first_four', [0, 1, 2, 3], 'First four 0, 1, 2, 3', 1, 0),
  ];
}

/** The second zero lies beside the first. Their splits with 2 are on 2's side of the edge, where the trios leave room. */
function twoZeros(): Spot[] {
  const two = kDoubleZero;
  return [
    spot('straight', [0], '0', 0, 1.5, 2, 3),
    spot('straight', [two], '00', 0, 4.5, 2, 3),
    spot('split', [0, two], 'Split 0 and 00', 0, 3),
    spot('split', [0, 1], 'Split 0 and 1', 1, 1),
    spot('split', [0, 2], 'Split 0 and 2', 1.6, 2.5),
    spot('split', [2, two], 'Split 00 and 2', 1.6, 3.5),
    spot('split', [3, two], 'Split 00 and 3', 1, 5),
    spot('trio', [0, 1, 2], 'Trio 0, 1, 2', 1, 2),
    spot('trio', [0, 2, two], 'Trio 0, 00, 2', 1, 3),
    spot('trio', [2, 3, two], 'Trio 00, 2, 3', 1, 4),
    spot('top_line', [0, 1, 2, 3, two], 'Top line 0, 00, 1, 2, 3', 1, 0),
  ];
}

function makeSpots(wheel: WheelKind): Spot[] {
  const spots = wheel === 'american' ? twoZeros() : oneZero();
  for (const n of all) spots.push(spot('straight', [n], `${n} ${colourOf(n)}`, 2 * column(n), 2 * row(n) + 1, 2, 2));

  for (const n of all) {
    if (row(n) < 2) spots.push(spot('split', [n, n + 1], `Split ${n} and ${n + 1}`, 2 * column(n), 2 * row(n) + 2));
    if (n <= 33) spots.push(spot('split', [n, n + 3], `Split ${n} and ${n + 3}`, 2 * column(n) + 1, 2 * row(n) + 1));
    if (row(n) < 2 && n <= 33) {
      spots.push(spot('corner', [n, n + 1, n + 3, n + 4], `Corner ${n}, ${n + 1}, ${n + 3}, ${n + 4}`, 2 * column(n) + 1, 2 * row(n) + 2));
    }
  }
  for (let c = 1; c <= 12; ++c) {
    const n = 3 * c - 2;
    spots.push(spot('street', [n, n + 1, n + 2], `Street ${n} to ${n + 2}`, 2 * c, 0));
    if (c < 12) spots.push(spot('six_line', [n, n + 1, n + 2, n + 3, n + 4, n + 5], `Six line ${n} to ${n + 5}`, 2 * c + 1, 0));
  }

  for (const k of [1, 2, 3]) {
    spots.push(spot('column', [k], `Column ${k}`, 26, 2 * k - 1, 2, 2, all.filter((n) => row(n) === k - 1)));
    spots.push(spot('dozen', [k], ['1st 12', '2nd 12', '3rd 12'][k - 1] ?? '', 8 * k - 3, -1, 8, 2, all.filter((n) => Math.ceil(n / 12) === k)));
  }
  const outside: [string, string, (n: number) => boolean][] = [
    ['low', '1–18', (n) => n <= 18],
    ['even', 'Even', (n) => n % 2 === 0],
    ['red', 'Red', (n) => colourOf(n) === 'red'],
    ['black', 'Black', (n) => colourOf(n) === 'black'],
    ['odd', 'Odd', (n) => n % 2 === 1],
    ['high', '19–36', (n) => n > 18],
  ];
  outside.forEach(([kind, label, wins], i) => {
    spots.push(spot(kind, [], label, 4 * i + 3, -3, 4, 2, all.filter(wins)));
  });
  return spots;
}

export const kSpots: Record<WheelKind, readonly Spot[]> = { european: makeSpots('european'), american: makeSpots('american') };
const byKey = Object.fromEntries(Object.entries(kSpots).map(([wheel, spots]) => [wheel, new Map(spots.map((entry) => [entry.key, entry]))]));

export function spotOf(wheel: WheelKind, kind: string, numbers: readonly number[]): Spot | undefined {
  return byKey[wheel]?.get(keyOf(kind, numbers));
}

export function keyOf(kind: string, numbers: readonly number[]): string {
  return `${kind}:${[...numbers].sort((a, b) => a - b).join('-')}`;
}

/** What is written in a large cell. */
export function face(entry: Spot): string {
  if (entry.kind === 'straight') return pocketName(entry.numbers[0] ?? 0);
  if (entry.kind === 'column') return '2:1';
  return entry.width > 1 ? entry.label : '';
}

/**
 * The spot that an arrow key leads to from `from`: the nearest one in direction (du, dv), those that lie straight ahead first.
 */
export function neighbour(wheel: WheelKind, from: Spot, du: number, dv: number): Spot {
  let best = from;
  let bestCost = Infinity;
  for (const to of kSpots[wheel]) {
    const ahead = (to.u - from.u) * du + (to.v - from.v) * dv;
    if (ahead <= 0) continue;
    const aside = Math.abs(du === 0 ? to.u - from.u : to.v - from.v);
    const reach = (du === 0 ? to.width + from.width : to.height + from.height) / 2;
    const cost = ahead + (aside < reach ? aside * 0.01 : 4 + aside * 3);
    if (cost < bestCost) {
      best = to;
      bestCost = cost;
    }
  }
  return best;
}
