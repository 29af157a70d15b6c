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

test('film: a round that waits for its player does so at every moment until it is played on', () => {
  const dealt = { op: 'spin', round: '9', game: 'poker', stake: 25, win: 0, balance: balance(975, 10), awaits: { choices: 32, until: 't' } };
  const drawn = { op: 'choose', round: '9', game: 'poker', stake: 25, win: 50, balance: balance(1025, 12) };
  const scenes: Scene[] = [
    { at: 10, what: 'sent', frame: { op: 'spin', n: 1, game: 'poker', bets: [{ kind: 'coins', numbers: [5], stake: 25 }] } },
    { at: 20, what: 'told', frame: { re: 1, ok: dealt } },
    { at: 30, what: 'sent', frame: { op: 'choose', n: 2, round: '9', choice: 3 } },
    { at: 40, what: 'told', frame: { re: 2, ok: drawn } },
  ];
  assert.equal(momentOf(film(scenes, true), 15).waiting, undefined);
  assert.equal(momentOf(film(scenes, true), 0).balance?.available, 1000);
  const waits = momentOf(film(scenes, true), 35);
  assert.deepEqual([waits.waiting, waits.net], [dealt, 0]);
  const ended = momentOf(film(scenes, true), 50);
  assert.deepEqual([ended.waiting, ended.net, ended.lastN], [undefined, 25, 2]);
  assert.equal(momentOf(film(scenes.slice(2), true), 0).balance?.available, 975);
});
