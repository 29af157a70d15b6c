import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CroupierError, MemoryStorage } from '../src/index.js';
import { Bench, balance, refusal, spun } from './fakes.js';

const kSpin = { game: 'lines', stake: 100 };

test('client: the token goes into the first frame and not into the address', () => {
  const urls: string[] = [];
  const bench = new Bench();
  const opened = new Bench({ open: (url, protocol) => {
    urls.push(`${url} ${protocol}`);
    return bench.socket;
  } });
  bench.client.start();
  opened.client.start();
  bench.socket.open();
  assert.deepEqual(urls, ['ws://test/ws croupier.v1']);
  assert.deepEqual(bench.socket.frames[0], { q: 1, op: 'hello', token: 'secret' });
});

test('client: commands are numbered on from the welcome, without gaps', async () => {
  const bench = new Bench().online({ last_n: 12 });
  const first = bench.client.spin(kSpin);
  assert.deepEqual(bench.socket.last, { n: 13, op: 'spin', game: 'lines', stake: 100 });
  bench.socket.say(spun(13, 900, 2));
  assert.equal((await first).round, '113');
  const second = bench.client.spin(kSpin);
  assert.equal(bench.socket.last['n'], 14);
  bench.socket.say(refusal(14, 'insufficient_funds'));
  await assert.rejects(second, { code: 'insufficient_funds', transient: false });
  void bench.client.spin(kSpin).catch(() => undefined);
  assert.equal(bench.socket.last['n'], 15, 'a final refusal consumes its number');
});

test('client: a choice is a command like a spin: numbered, sent again after a break, answered once', async () => {
  const bench = new Bench().online({ last_n: 3 });
  const chosen = bench.client.choose('103', 5);
  assert.deepEqual(bench.socket.last, { n: 4, op: 'choose', round: '103', choice: 5 });
  const sent = bench.socket.texts.at(-1);
  await assert.rejects(bench.client.spin(kSpin), { code: 'busy' });
  bench.reconnect();
  bench.welcome({ last_n: 4 });
  assert.equal(bench.socket.texts.at(-1), sent);
  bench.socket.say(spun(4, 1300, 3, 400));
  assert.equal((await chosen).win, 400);
  assert.deepEqual(bench.log.filter((line) => line.startsWith('outcome')), ['outcome:4']);
});

test('client: the round that waits is asked for', async () => {
  const bench = new Bench().online();
  const open = bench.client.queryOpen();
  assert.equal(bench.socket.last['op'], 'open');
  const waiting = { round: '9', game: 'poker', stake: 5, win: 0, outcome: { events: [], stake: 5, win: 0 }, balance: balance(1, 1), awaits: { choices: 32, until: 't' } };
  bench.socket.say({ rq: bench.socket.last['q'], ok: { op: 'open', rounds: [waiting] } });
  assert.deepEqual(await open, [waiting]);
});

test('client: a command asked for before the first welcome waits for its number', () => {
  const bench = new Bench();
  bench.client.start();
  void bench.client.spin(kSpin);
  bench.socket.open();
  assert.equal(bench.spins().length, 0);
  bench.socket.say({ rq: 1, ok: { session: '7', instance: 'i', seq: 0, last_n: 4, results: [], previous: [], resumed: false, balance: balance(1, 1) } });
  assert.equal(bench.socket.last['n'], 5);
});

test('client: a second command is refused while the first is undecided', async () => {
  const bench = new Bench().online();
  void bench.client.spin(kSpin);
  await assert.rejects(bench.client.spin(kSpin), { code: 'busy' });
  assert.equal(bench.spins().length, 1);
});

test('client: after a break the very same frame is sent again, and its answer is given once', async () => {
  const bench = new Bench().online();
  const spin = bench.client.spin(kSpin);
  const sent = bench.socket.texts.at(-1);
  bench.reconnect();
  bench.welcome({ last_n: 1 });
  assert.equal(bench.socket.texts.at(-1), sent);
  bench.socket.say(spun(1, 900, 2));
  bench.socket.say(spun(1, 900, 2));
  assert.equal((await spin).balance.available, 900);
  assert.deepEqual(bench.log.filter((entry) => entry.startsWith('outcome')), ['outcome:1']);
});

test('client: a command made while the connection is down is sent when it is back', async () => {
  const bench = new Bench().online({ last_n: 3 });
  bench.socket.end(1006);
  const spin = bench.client.spin(kSpin);
  bench.timers.advance(1000);
  bench.welcome({ last_n: 3 });
  assert.equal(bench.socket.last['n'], 4);
  bench.socket.say(spun(4, 900, 2));
  assert.equal((await spin).round, '104');
});

test('client: a reload sends the kept frame again and reports the first answer as recovered', () => {
  const storage = new MemoryStorage();
  const before = new Bench({ storage }).online();
  void before.client.spin(kSpin).catch(() => undefined);
  const sent = before.socket.texts.at(-1);
  const after = new Bench({ storage }).online({ last_n: 1 });
  assert.equal(after.socket.texts.at(-1), sent);
  assert.equal(after.client.pending?.recovered, true);
  after.socket.say(spun(1, 900, 2));
  assert.deepEqual(after.log, ['connecting', 'online', 'outcome:1:recovered']);
  assert.equal(storage.getItem('croupier.pending'), null);
});

test('client: what was kept for another session is not sent', () => {
  const storage = new MemoryStorage();
  void new Bench({ storage }).online().client.spin(kSpin).catch(() => undefined);
  const other = new Bench({ storage }).online({ session: '8' });
  assert.equal(other.spins().length, 0);
  assert.equal(storage.getItem('croupier.pending'), null);
});

test('client: a transient refusal is sent again under its number, no sooner than asked', async () => {
  const bench = new Bench().online();
  const spin = bench.client.spin(kSpin);
  bench.socket.say(refusal(1, 'overloaded', { retry_after_ms: 2000 }));
  bench.timers.advance(1999);
  assert.equal(bench.spins().length, 1);
  bench.timers.advance(1);
  assert.deepEqual(bench.spins(), [bench.spins()[0], bench.spins()[0]]);
  bench.socket.say(spun(1, 900, 2));
  assert.equal((await spin).round, '101');
});

test('client: transient refusals are given up after a while, and the number is used again', async () => {
  const bench = new Bench({ giveUpAfterMs: 1000 }).online();
  const spin = bench.client.spin(kSpin);
  bench.socket.say(refusal(1, 'draining'));
  bench.timers.advance(1500);
  bench.socket.say(refusal(1, 'draining'));
  await assert.rejects(spin, { code: 'draining', transient: true });
  void bench.client.spin({ game: 'lines', stake: 200 });
  assert.deepEqual(bench.socket.last, { n: 1, op: 'spin', game: 'lines', stake: 200 });
});

test('client: a refusal that repeating cannot cure is not repeated', async () => {
  for (const code of ['malformed', 'too_large', 'operation_unknown']) {
    const bench = new Bench().online();
    const spin = bench.client.spin(kSpin);
    bench.socket.say(refusal(1, code));
    await assert.rejects(spin, { code });
    bench.timers.advance(5_000);
    assert.equal(bench.spins().length, 1, code);
  }
});

test('client: a refusal without a number counts for the command in the air', async () => {
  const bench = new Bench().online();
  const spin = bench.client.spin(kSpin);
  bench.socket.say({ error: { code: 'rate_limited', message: '', retry_after_ms: 500 } });
  bench.timers.advance(500);
  assert.equal(bench.spins().length, 2);
  bench.socket.say(spun(1, 900, 2));
  await spin;
});

test('client: out_of_order takes the number that the server expects', async () => {
  const bench = new Bench().online({ last_n: 9 });
  const spin = bench.client.spin(kSpin);
  bench.socket.say(refusal(10, 'out_of_order', { expected: 8 }));
  bench.timers.advance(1000);
  assert.equal(bench.socket.last['n'], 8);
  bench.socket.say(spun(8, 900, 2));
  await spin;
});

test('client: a welcome with a lower last_n renumbers a command that was never recorded', () => {
  const bench = new Bench().online({ last_n: 9 });
  void bench.client.spin(kSpin);
  bench.reconnect();
  bench.welcome({ last_n: 5 });
  assert.equal(bench.socket.last['n'], 6);
});

test('client: a command that never arrived is not played long after it was asked for', async () => {
  const bench = new Bench({ expireAfterMs: 60_000 }).online();
  bench.socket.end(1006);
  const spin = bench.client.spin(kSpin);
  for (let i = 0; i < 10; ++i) {
    bench.timers.advance(10_000);
    bench.socket.end(1006);
  }
  bench.timers.advance(20_000);
  bench.welcome();
  await assert.rejects(spin, { code: 'expired' });
  assert.equal(bench.spins().length, 0);
});

test('client: a command that was recorded is asked for however late', async () => {
  const bench = new Bench({ expireAfterMs: 1 }).online();
  const spin = bench.client.spin(kSpin);
  bench.reconnect();
  bench.welcome({ last_n: 1 });
  bench.socket.say(spun(1, 900, 2));
  assert.equal((await spin).round, '101');
});

test('client: a late frame never shows an older balance', async () => {
  const bench = new Bench().online();
  const seen: number[] = [];
  bench.client.on('balance', ({ available }) => seen.push(available));
  bench.socket.say({ seq: 1, ev: 'balance', balance: balance(500, 5) });
  bench.socket.say({ seq: 2, ev: 'balance', balance: balance(700, 4) });
  const spin = bench.client.spin(kSpin);
  bench.socket.say(spun(1, 600, 3));
  assert.equal((await spin).balance.available, 600);
  assert.deepEqual(seen, [500]);
  assert.equal(bench.client.balance?.version, 5);
});

test('client: it resumes at the last position that it saw', () => {
  const bench = new Bench().online({ seq: 57 });
  bench.socket.say({ seq: 58, ev: 'balance', balance: balance(1, 2) });
  bench.reconnect();
  bench.socket.open();
  assert.deepEqual(bench.socket.last['resume'], { instance: 'life-1', seq: 58 });
});

test('client: after a resume the position moves with the missed frames, not with the welcome', () => {
  const bench = new Bench().online({ seq: 57 });
  bench.reconnect();
  bench.welcome({ seq: 60, resumed: true });
  bench.socket.say({ seq: 58, ev: 'balance', balance: balance(1, 2) });
  bench.reconnect();
  bench.socket.open();
  assert.deepEqual(bench.socket.last['resume'], { instance: 'life-1', seq: 58 });
});

test('client: another instance means a new position', () => {
  const bench = new Bench().online({ seq: 57 });
  bench.reconnect();
  bench.welcome({ instance: 'life-2', seq: 3 });
  const state = bench.client.state;
  assert.deepEqual(state, { kind: 'online', again: true, resumed: false });
  bench.reconnect();
  bench.socket.open();
  assert.deepEqual(bench.socket.last['resume'], { instance: 'life-2', seq: 3 });
});

test('client: it comes back after these closings, and not after those', () => {
  const cases: [number, string][] = [
    [1001, 'reconnecting'], [1006, 'reconnecting'], [4002, 'reconnecting'], [4004, 'reconnecting'],
    [1002, 'closed:protocol_error'], [1003, 'closed:protocol_error'], [1007, 'closed:protocol_error'],
    [1008, 'closed:protocol_error'], [1009, 'closed:protocol_error'], [4001, 'closed:taken_over'], [4003, 'closed:logged_out'],
  ];
  for (const [code, expected] of cases) {
    const bench = new Bench().online();
    bench.socket.end(code);
    assert.equal(bench.log.at(-1), expected, String(code));
    bench.timers.advance(60_000);
    assert.equal(bench.sockets.length > 1, expected === 'reconnecting', String(code));
  }
});

test('client: the pauses between attempts grow, to a limit, and start small again after a welcome', () => {
  const bench = new Bench().online();
  const pauses: number[] = [];
  bench.client.on('state', (state) => {
    if (state.kind === 'reconnecting') pauses.push(state.retryInMs);
  });
  for (let i = 0; i < 9; ++i) {
    bench.socket.end(1006);
    bench.timers.advance(pauses.at(-1) ?? 0);
  }
  assert.deepEqual(pauses, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  bench.welcome();
  bench.socket.end(1006);
  assert.equal(pauses.at(-1), 250);
});

test('client: an unknown token ends the session', () => {
  const bench = new Bench();
  bench.client.start();
  bench.socket.open();
  bench.socket.say({ rq: 1, error: { code: 'session_unknown', message: '' } });
  assert.equal(bench.log.at(-1), 'closed:logged_out');
  bench.timers.advance(60_000);
  assert.equal(bench.sockets.length, 1);
});

test('client: a hello refused for now is repeated when the server says', () => {
  const bench = new Bench();
  bench.client.start();
  bench.socket.open();
  bench.socket.say({ rq: 1, error: { code: 'overloaded', message: '', retry_after_ms: 7000 } });
  bench.timers.advance(6999);
  assert.equal(bench.sockets.length, 1);
  bench.timers.advance(1);
  assert.equal(bench.sockets.length, 2);
});

test('client: a silent server is asked, and left when it does not answer', () => {
  const bench = new Bench().online();
  bench.timers.advance(20_000);
  const ping = bench.socket.last;
  assert.equal(ping['op'], 'ping');
  bench.socket.say({ rq: ping['q'], ok: { op: 'ping' } });
  bench.timers.advance(20_000);
  bench.timers.advance(6_000);
  assert.equal(bench.log.at(-1), 'reconnecting');
});

test('client: while an answer is awaited, silence is suspect sooner', () => {
  const bench = new Bench().online();
  void bench.client.spin(kSpin);
  bench.timers.advance(4_000);
  assert.equal(bench.socket.last['op'], 'ping');
  bench.timers.advance(6_000);
  assert.equal(bench.log.at(-1), 'reconnecting');
});

test('client: a connection that is never accepted is given up', () => {
  const bench = new Bench();
  bench.client.start();
  bench.timers.advance(10_000);
  assert.equal(bench.log.at(-1), 'reconnecting');
});

test('client: a query that loses its connection is refused', async () => {
  const bench = new Bench().online();
  const query = bench.client.queryOnline();
  bench.socket.end(1006);
  await assert.rejects(query, { code: 'disconnected' });
  await assert.rejects(bench.client.queryOnline(), { code: 'disconnected' });
});

test('client: queries are answered by their own number, in any order', async () => {
  const bench = new Bench().online();
  const players = bench.client.queryOnline();
  const money = bench.client.queryBalance();
  const [first, second] = bench.socket.frames.slice(-2);
  bench.socket.say({ rq: second?.['q'], ok: { op: 'balance', balance: balance(42, 9) } });
  bench.socket.say({ rq: first?.['q'], ok: { op: 'online', players: 3 } });
  assert.equal((await money).available, 42);
  assert.equal(await players, 3);
});

test('client: stop keeps an undecided command for the next client, forget does not', async () => {
  const storage = new MemoryStorage();
  const bench = new Bench({ storage }).online();
  const spin = bench.client.spin(kSpin);
  bench.client.stop();
  assert.equal(bench.socket.closedWith, 1000);
  await assert.rejects(spin, { code: 'closed' });
  assert.notEqual(storage.getItem('croupier.pending'), null);
  bench.client.forget();
  assert.equal(storage.getItem('croupier.pending'), null);
});

test('client: taken over, it can be started again and asks for what was undecided', () => {
  const bench = new Bench().online();
  void bench.client.spin(kSpin).catch(() => undefined);
  bench.socket.end(4001);
  bench.client.start();
  bench.welcome({ last_n: 1 });
  assert.equal(bench.socket.last['n'], 1);
  assert.equal(bench.client.pending?.recovered, true);
});

test('client: wake tries at once, and not twice', () => {
  const bench = new Bench().online();
  bench.socket.end(1006);
  bench.client.wake();
  bench.client.wake();
  assert.equal(bench.sockets.length, 2);
});

test('client: frames that are not JSON end the connection', () => {
  const bench = new Bench().online();
  bench.socket.onmessage?.({ data: 'nonsense' });
  assert.equal(bench.log.at(-1), 'closed:protocol_error');
});

test('errors: codes say whether a request may be sent again', () => {
  const cases: [string, boolean, boolean][] = [
    ['overloaded', true, true], ['draining', true, true], ['malformed', true, false], ['too_soon', true, false], ['insufficient_funds', false, false],
    ['key_conflict', false, false], ['a_code_of_tomorrow', false, false],
  ];
  for (const [code, transient, retriable] of cases) {
    const error = new CroupierError({ code, message: '' });
    assert.deepEqual([error.transient, error.retriable], [transient, retriable], code);
  }
});
