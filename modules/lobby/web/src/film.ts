import type { Balance, Bet, GameInfo, Jackpot, Push, SpinRequest, SpinResult, Welcome } from 'croupier-client';

/** What croupier-replay --serve tells of one session (tools/replay/film.hpp). Times are milliseconds since the recording began. */
export interface Film {
  recording: string;
  player: string;
  session: string;
  length: number;
  /** The session was connected when the recording began. */
  connected: boolean;
  games: { games: GameInfo[] };
  jackpots: { jackpots: Jackpot[] };
  scenes: Scene[];
  /** Where this build tells something else than the recording, so that nothing behind it can be shown. */
  problem?: string;
}

export type Scene =
  | { at: number; what: 'sent'; frame: SentFrame }
  | { at: number; what: 'told'; frame: ToldFrame }
  | { at: number; what: 'closed'; code: number };

export interface SentFrame {
  op: string;
  n?: number;
  q?: number;
  game?: string;
  stake?: number;
  bets?: Bet[];
  /** Of a choice. */
  round?: string;
  choice?: number;
}

/** A frame of the server: the answer to a query (rq), the answer to a command (re), or a push (ev). */
export interface ToldFrame {
  rq?: number;
  re?: number;
  ev?: Push['ev'];
  seq?: number;
  players?: number;
  balance?: Balance;
  ok?: object;
  error?: object;
}

/** What the player's page knew at a moment. */
export interface Moment {
  /** The first scene behind it. */
  next: number;
  connected: boolean;
  /** Of the connection that is open, or was last. */
  welcome: Welcome | undefined;
  balance: Balance | undefined;
  players: number | undefined;
  lastN: number;
  /** A round that waits for a choice. */
  waiting: SpinResult | undefined;
  net: number;
  nickname: string;
  /** The game that was played last or, before any, is played next. */
  game: string | undefined;
}

/** The state of the session just before `at`. */
export function momentOf(film: Film, at: number): Moment {
  const next = film.scenes.findIndex((scene) => scene.at >= at);
  const moment: Moment = {
    next: next < 0 ? film.scenes.length : next, connected: film.connected, welcome: undefined, balance: undefined,
    players: undefined, lastN: 0, waiting: undefined, net: 0, nickname: `player ${film.player}`, game: undefined,
  };
  for (const scene of film.scenes.slice(0, moment.next)) fold(moment, scene);
  const later = film.scenes.slice(moment.next);
  moment.game ??= later.flatMap((scene) => (scene.what === 'sent' && scene.frame.game !== undefined ? [scene.frame.game] : []))[0];
  if (moment.balance === undefined && film.connected) {
    // Connected all along, and nothing told yet: the first balance that it is told, less what changed with it.
    const first = later.find((scene) => scene.what === 'told' && balanceOf(scene.frame) !== undefined);
    if (first?.what === 'told') {
      const balance = balanceOf(first.frame)!;
      moment.balance = { ...balance, available: balance.available - changeOf(first.frame), version: 0 };
    }
  }
  if (moment.lastN === 0) {
    const sent = later.find((scene) => scene.what === 'sent' && scene.frame.n !== undefined);
    if (sent?.what === 'sent' && sent.frame.n !== undefined) moment.lastN = sent.frame.n - 1;
  }
  return moment;
}

/** When the film is worth looking at: the session's first scene. */
export function beginning(film: Film): number {
  return film.connected ? 0 : Math.max(0, (film.scenes[0]?.at ?? 0) - 1);
}

function fold(moment: Moment, scene: Scene): void {
  if (scene.what === 'closed') {
    moment.connected = false;
  } else if (scene.what === 'sent') {
    if (scene.frame.game !== undefined) moment.game = scene.frame.game;
  } else {
    const { frame } = scene;
    if (isWelcome(frame)) {
      const welcome = frame.ok as Welcome;
      moment.connected = true;
      moment.welcome = welcome;
      moment.nickname = welcome.nickname;
      for (const result of welcome.results) {
        if ('ok' in result && result.re > moment.lastN) moment.net += netOf(result);
      }
      moment.lastN = Math.max(moment.lastN, welcome.last_n);
    }
    if (frame.re !== undefined) {
      moment.lastN = Math.max(moment.lastN, frame.re);
      moment.waiting = waitingAfter(moment.waiting, frame);
      moment.net += netOf(frame);
    }
    moment.balance = balanceOf(frame) ?? moment.balance;
    moment.players = frame.players ?? answerOf(frame).players ?? moment.players;
  }
}

export function isWelcome(frame: ToldFrame): boolean {
  return frame.rq !== undefined && answerOf(frame).op === 'hello';
}

export function balanceOf(frame: ToldFrame): Balance | undefined {
  return frame.balance ?? answerOf(frame).balance;
}

/** The round that waits once this answer to a command was told. */
export function waitingAfter(before: SpinResult | undefined, frame: ToldFrame): SpinResult | undefined {
  const answer = frame.ok as SpinResult | undefined;
  if (answer?.awaits !== undefined) return answer;
  return answer !== undefined && answer.round === before?.round ? undefined : before;
}

interface Answer {
  op?: string;
  balance?: Balance;
  players?: number;
  stake?: number;
  win?: number;
  jackpot?: number;
  awaits?: object;
}

export function answerOf(frame: { ok?: object }): Answer {
  return frame.ok ?? {};
}

function netOf(frame: { ok?: object }): number {
  const { stake, win = 0, jackpot = 0, awaits } = answerOf(frame);
  return stake === undefined || awaits !== undefined ? 0 : win + jackpot - stake;
}

/** What it changed of the money that can be spent: of a round that asks, the stake went when it began. */
function changeOf(frame: { ok?: object }): number {
  const { op, stake, win = 0, jackpot = 0 } = answerOf(frame);
  return stake === undefined ? 0 : win + jackpot - (op === 'choose' ? 0 : stake);
}

/** A welcome to the middle of the film. */
export function welcomeTo(film: Film, moment: Moment): Welcome {
  const told = moment.welcome ?? {
    op: 'hello', session: film.session, player: film.player, nickname: moment.nickname, instance: film.recording, seq: 0,
    previous: [], demo: true, server_time: '',
  };
  return { ...told, last_n: moment.lastN, results: [], resumed: false, balance: moment.balance ?? nothing(film) };
}

function nothing(film: Film): Balance {
  const { currency, exponent } = film.games.games[0] ?? { currency: 'EUR', exponent: 2 };
  return { available: 0, version: 0, currency, exponent };
}

export function requestOf(frame: SentFrame): SpinRequest {
  const game = frame.game ?? '';
  return frame.bets !== undefined ? { game, bets: frame.bets } : { game, stake: frame.stake ?? 0 };
}

/** "1:05", "2:03:07" */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value % 60).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${two(seconds)}` : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(seconds)}`;
}

