import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginning, clock, momentOf, requestOf, welcomeTo } from '../src/film.js';
import type { Film, Scene } from '../src/film.js';

const balance = (available: number, version: number) => ({ available, version, currency: 'EUR', exponent: 2 });

const kScenes: Scene[] = [
  { at: 10, what: 'told', frame: { rq: 1, ok: { op: 'hello', session: '7', player: '3', nickname: 'p-1', instance: 'i', seq: 0, last_n: 4, results: [], balance: balance(1000, 9) } } },
  { at: 20, what: 'told', frame: { ev: 'online', seq: 0, players: 5 } },
  { at: 30, what: 'sent', frame: { op: 'spin', n: 5, game: 'lucky-lines', stake: 100 } },
  { at: 40, what: 'told', frame: { re: 5, ok: { op: 'spin', stake: 100, win: 250, balance: balance(1150, 11) } } },
  { at: 50, what: 'sent', frame: { op: 'spin', n: 6, game: 'roulette', bets: [{ kind: 'red', stake: 50 }] } },
  { at: 60, what: 'told', frame: { re: 6, ok: { op: 'spin', stake: 50, win: 0, balance: balance(1100, 13) } } },
  { at: 70, what: 'closed', code: 1006 },
];
const film = (scenes: Scene[], connected: boolean): Film =>
  ({ recording: 'r', player: '3', session: '7', length: 100, connected, games: { games: [] }, jackpots: { jackpots: [] }, scenes });

test('film: a moment is what the page knew then', () => {
  const whole = film(kScenes, false);
  assert.equal(beginning(whole), 9);
  const before = momentOf(whole, 5);
  assert.equal(before.connected, false);
  assert.equal(before.game, 'lucky-lines');
  const middle = momentOf(whole, 45);
  assert.deepEqual([middle.connected, middle.balance, middle.lastN, middle.net, middle.players, middle.game, middle.next],
    [true, balance(1150, 11), 5, 150, 5, 'lucky-lines', 4]);
  assert.equal(welcomeTo(whole, middle).last_n, 5);
  assert.equal(welcomeTo(whole, middle).nickname, 'p-1');
  const end = momentOf(whole, 100);
  assert.deepEqual([end.connected, end.net, end.lastN], [false, 100, 6]);
});

test('film: a session that was connected when the recording began has what its next round tells', () => {
  const late = film(kScenes.slice(2), true);
  assert.equal(beginning(late), 0);
  const moment = momentOf(late, 0);
  assert.deepEqual([moment.connected, moment.balance?.available, moment.lastN], [true, 1000, 4]);
  assert.deepEqual(welcomeTo(late, moment).balance, moment.balance);
});

test('film: what was sent is asked for again, and time is told', () => {
  assert.deepEqual(requestOf({ op: 'spin', n: 1, game: 'g', stake: 5 }), { game: 'g', stake: 5 });
  assert.deepEqual(requestOf({ op: 'spin', n: 1, game: 'g', stake: 0, bets: [{ kind: 'red', stake: 5 }] }), { game: 'g', bets: [{ kind: 'red', stake: 5 }] });
  assert.deepEqual([clock(0), clock(65_900), clock(7_384_000)], ['0:00', '1:05', '2:03:04']);
});
