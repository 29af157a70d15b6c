import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimal, duration, money, rtp, shortMoney, signedMoney } from '../src/format.js';
import { add, betsOf, chipValues, chipsOf, kNoChips, remove, total } from '../src/roulette/chips.js';
import { kSpots, kWheels, neighbour, spotOf } from '../src/roulette/layout.js';
import { stakesOf, turnsOf } from '../src/slot/script.js';

const kEuro = { currency: 'EUR', exponent: 2 };

test('format: minor units are written exactly, in the decimals of their currency', () => {
  const cases: [number, number, string][] = [
    [0, 2, '0.00'], [5, 2, '0.05'], [-5, 2, '-0.05'], [250, 2, '2.50'], [1234, 0, '1234'], [1, 3, '0.001'],
    [9007199254740991, 2, '90071992547409.91'],
  ];
  for (const [minor, exponent, text] of cases) assert.equal(decimal(minor, exponent), text);
  assert.equal(money(9007199254740991, kEuro), '€90,071,992,547,409.91');
  assert.equal(money(1234, { currency: 'JPY', exponent: 0 }), '¥1,234');
  assert.equal(money(-5, kEuro), '-€0.05');
  assert.equal(money(1001, { currency: 'BHD', exponent: 3 }).replace(/\s/, ' '), 'BHD 1.001');
  assert.equal(money(1, { currency: 'BTC', exponent: 8 }).replace(/\s/, ' '), 'BTC 0.00000001');
  assert.equal(signedMoney(-9007199254740991, kEuro), '−€90,071,992,547,409.91');
  assert.equal(signedMoney(-100, kEuro), '−€1.00');
  assert.equal(signedMoney(0, kEuro), '€0.00');
  assert.equal(signedMoney(100, kEuro), '+€1.00');
  assert.equal(shortMoney(500, kEuro), '€5');
  assert.equal(shortMoney(250, kEuro), '€2.50');
  assert.equal(rtp(958312), '95.83 %');
  assert.equal(duration(3_845_000), '1:04:05');
});

const kWheelKinds = ['european', 'american'] as const;

test('roulette: the tables have every bet of the house once', () => {
  const countsOf = (spots: readonly { kind: string }[]) => {
    const counts = new Map<string, number>();
    for (const { kind } of spots) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return Object.fromEntries(counts);
  };
  const same = { street: 12, corner: 22, six_line: 11, column: 3, dozen: 3, low: 1, even: 1, red: 1, black: 1, odd: 1, high: 1 };
  assert.deepEqual(countsOf(kSpots.european), { ...same, straight: 37, split: 60, trio: 2, first_four: 1 });
  assert.deepEqual(countsOf(kSpots.american), { ...same, straight: 38, split: 62, trio: 3, top_line: 1 });
  for (const wheel of kWheelKinds) {
    const spots = kSpots[wheel];
    assert.equal(new Set(spots.map(({ key }) => key)).size, spots.length);
    assert.equal(new Set(spots.map(({ u, v }) => `${u}/${v}`)).size, spots.length, 'no two spots share a place');
  }
});

test('roulette: a spot covers as many numbers as its kind says, each between 0 and 36, or 37 for the second zero', () => {
  const sizes: Record<string, number> = { straight: 1, split: 2, street: 3, trio: 3, corner: 4, first_four: 4, top_line: 5, six_line: 6, column: 12, dozen: 12 };
  for (const wheel of kWheelKinds) {
    for (const { kind, covers, key } of kSpots[wheel]) {
      assert.equal(covers.length, sizes[kind] ?? 18, key);
      assert.equal(new Set(covers).size, covers.length, key);
      assert(covers.every((n) => n >= 0 && n <= (wheel === 'american' ? 37 : 36)), key);
    }
  }
});

test('roulette: edges lie between the numbers that they cover', () => {
  const centre = (numbers: number[], axis: 'u' | 'v') => {
    const places = numbers.map((n) => spotOf('european', 'straight', [n])![axis]);
    return (Math.min(...places) + Math.max(...places)) / 2;
  };
  for (const spot of kSpots.european.filter(({ kind, numbers }) => ['split', 'corner'].includes(kind) && !numbers.includes(0))) {
    assert.deepEqual([spot.u, spot.v], [centre(spot.numbers, 'u'), centre(spot.numbers, 'v')], spot.key);
  }
});

test('roulette: the wheels have each number once', () => {
  for (const wheel of kWheelKinds) {
    const numbers = [...kWheels[wheel]];
    assert.deepEqual(numbers.sort((a, b) => a - b), Array.from({ length: wheel === 'american' ? 38 : 37 }, (_, n) => n));
  }
});

test('roulette: every spot can be reached with the arrow keys, from every spot', () => {
  const steps = [[1, 0], [-1, 0], [0, 1], [0, -1]] as const;
  for (const wheel of kWheelKinds) {
    const reach = (from: (typeof kSpots.european)[number]) => {
      const seen = new Set([from]);
      for (const spot of seen) for (const [du, dv] of steps) seen.add(neighbour(wheel, spot, du, dv));
      return seen.size;
    };
    for (const key of ['straight:0', 'straight:17', 'red:', 'column:3', 'split:0-1']) {
      assert.equal(reach(kSpots[wheel].find((spot) => spot.key === key)!), kSpots[wheel].length, `${wheel} ${key}`);
    }
  }
});

test('roulette: an arrow leads over the edge to the next number', () => {
  const from17 = (du: number, dv: number) => neighbour('european', spotOf('european', 'straight', [17])!, du, dv);
  assert.equal(from17(1, 0).key, 'split:17-20');
  assert.equal(neighbour('european', from17(1, 0), 1, 0).key, 'straight:20');
  assert.equal(from17(0, 1).key, 'split:17-18');
  assert.equal(neighbour('european', from17(1, 0), 0, -1).key, 'corner:16-17-19-20');
});

test('roulette: chips become the bets of the protocol', () => {
  let chips = add(add(add(kNoChips, 'red:', 100), 'split:17-20', 100), 'split:17-20', 500);
  assert.equal(total(chips), 700);
  assert.deepEqual(betsOf('european', chips), [{ kind: 'split', numbers: [17, 20], stake: 600 }, { kind: 'red', stake: 100 }]);
  assert.deepEqual(chipsOf(betsOf('european', chips)), new Map([['split:17-20', 600], ['red:', 100]]));
  chips = remove(chips, 'split:17-20');
  assert.equal(total(chips), 100);
  assert.deepEqual(chipValues({ stake_min: 100, stake_max: 10_000 }), [100, 500, 1000, 5000, 10_000]);
});

const kSlot = {
  reels: 2, rows: 2, lines: [[0, 0], [1, 1]], symbols: [{ id: 0, name: 'cherry', kind: 'regular' as const }, { id: 9, name: 'crown', kind: 'scatter' as const }],
  strips: [[0], [0]], pays: [],
};

test('slot: an outcome becomes turns, each with its own wins', () => {
  const turns = turnsOf({ stake: 100, win: 90, events: [
    { ev: 'reels', stops: [0, 0], grid: [[0, 9], [0, 9]] },
    { ev: 'line', line: 0, symbol: 0, count: 2, win: 20 },
    { ev: 'scatter', symbol: 9, count: 2, win: 30 },
    { ev: 'free_spins', awarded: 2, left: 2 },
    { ev: 'free_spin', index: 1, left: 1 },
    { ev: 'reels', stops: [0, 0], grid: [[0, 0], [9, 0]] },
    { ev: 'free_spin', index: 2, left: 0 },
    { ev: 'reels', stops: [0, 0], grid: [[9, 0], [9, 0]] },
    { ev: 'line', line: 1, symbol: 0, count: 2, win: 80 },
    { ev: 'capped', win: 90 },
  ] }, kSlot);
  assert.deepEqual(turns.map(({ free, freeLeft, awarded, winSoFar }) => [free, freeLeft, awarded, winSoFar]), [[0, 2, 2, 50], [1, 1, 0, 50], [2, 0, 0, 90]]);
  assert.deepEqual(turns[0]?.wins.map(({ kind, cells }) => [kind, cells]), [['line', [0, 2]], ['scatter', [1, 3]]]);
  assert.deepEqual(turns[2]?.wins.map(({ cells }) => cells), [[1, 3]]);
});

test('slot: the stakes offered are within the range and multiples of the step', () => {
  assert.deepEqual(stakesOf({ stake_min: 20, stake_max: 1000, stake_step: 20 }), [20, 40, 100, 200, 400, 1000]);
  assert.deepEqual(stakesOf({ stake_min: 30, stake_max: 40, stake_step: 30 }), [30]);
});
