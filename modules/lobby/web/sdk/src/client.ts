import { Emitter } from './emitter.js';
import { CroupierError, localError } from './errors.js';
import { Link, kLinkLimits } from './link.js';
import type { LinkLimits } from './link.js';
import { MemoryStorage, backoffMs, systemTimers } from './ports.js';
import type { KeyValueStorage, OpenSocket, SocketLike, Timers } from './ports.js';
import type { Balance, CommandRequest, GameInfo, Push, Recorded, SpinRequest, SpinResult, Welcome, WireError } from './types.js';

export interface ClientOptions {
  /** "wss://host/ws" */
  url: string;
  token: string;
  /** Opens a WebSocket; by default the global one. */
  open?: OpenSocket;
  /** Where a command that is not decided yet survives a page reload; sessionStorage in a browser. */
  storage?: KeyValueStorage;
  timers?: Timers;
  random?: () => number;
  limits?: Partial<LinkLimits>;
  /** How long a command is sent again after transient refusals before the caller gets the last one. */
  giveUpAfterMs?: number;
  /** A command that never reached the server is not played unasked after this long. */
  expireAfterMs?: number;
}

/** Why no further attempt to connect is made. */
export type CloseReason = 'stopped' | 'taken_over' | 'logged_out' | 'protocol_error';

export type ConnectionState =
  | { kind: 'idle' }
  | { kind: 'connecting' }
  /** `again`: not the first time; `resumed`: nothing was missed in between. */
  | { kind: 'online'; again: boolean; resumed: boolean }
  | { kind: 'reconnecting'; attempt: number; retryInMs: number }
  | { kind: 'closed'; reason: CloseReason };

export interface PendingSpin {
  /** Undefined until the first welcome says which number is next. */
  n: number | undefined;
  request: CommandRequest;
  /** Wall time of the call, milliseconds. */
  at: number;
  /** It was begun before the page was loaded: nobody here awaits it. */
  recovered: boolean;
}

export interface OutcomeEvent {
  n: number;
  request: CommandRequest;
  result: SpinResult;
  recovered: boolean;
}

export interface RefusalEvent {
  n: number | undefined;
  error: CroupierError;
  recovered: boolean;
  /** Set when the command is sent again by itself. */
  retryInMs: number | undefined;
}

export interface ClientEvents {
  state: ConnectionState;
  welcome: Welcome;
  balance: Balance;
  online: number;
  /** Other versions of games are offered: fetch them again. */
  games: undefined;
  draining: undefined;
  /** A command was decided. Each number at most once per client. */
  outcome: OutcomeEvent;
  refusal: RefusalEvent;
  pending: PendingSpin | undefined;
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: CroupierError): void;
}

interface Command extends PendingSpin {
  waiter: Waiter<SpinResult> | undefined;
  refusals: number;
  firstRefusalAt: number;
}

const kStorageKey = 'croupier.pending';
const kQueryTimeoutMs = 10_000;
const kNoReconnect = new Map<number, CloseReason>([
  [1002, 'protocol_error'], [1003, 'protocol_error'], [1007, 'protocol_error'], [1008, 'protocol_error'],
  [1009, 'protocol_error'], [4001, 'taken_over'], [4003, 'logged_out'],
]);

/**
 * One session of a player over one WebSocket at a time, for as long as wanted: connects, says hello, resumes, reconnects.
 *
 * One command is in the air at a time. It keeps its number and its bytes until it is decided, across reconnects and
 * page reloads (storage), so that the server decides it exactly once. Callers see the first answer, however often the
 * frame had to be sent.
 */
export class CroupierClient extends Emitter<ClientEvents> {
  private readonly open_: OpenSocket;
  private readonly storage_: KeyValueStorage;
  private readonly timers_: Timers;
  private readonly random_: () => number;
  private readonly limits_: LinkLimits;
  private readonly giveUpAfterMs_: number;
  private readonly expireAfterMs_: number;

  private state_: ConnectionState = { kind: 'idle' };
  private link_: Link | undefined;
  private attempt_ = 0;
  private cancelReconnect_: () => void = () => undefined;
  private cancelRetry_: () => void = () => undefined;

  private session_: string | undefined;
  private lastN_ = 0;
  private position_: { instance: string; seq: number } | undefined;
  private balance_: Balance | undefined;
  private command_: Command | undefined;

  private nextQuery_ = 1;
  private helloQuery_ = 0;
  private readonly queries_ = new Map<number, Waiter<never> & { cancel(): void }>();

  constructor(private readonly options_: ClientOptions) {
    super();
    this.open_ = options_.open ?? ((url, protocol) => new WebSocket(url, protocol) as SocketLike);
    this.storage_ = options_.storage ?? new MemoryStorage();
    this.timers_ = options_.timers ?? systemTimers;
    this.random_ = options_.random ?? Math.random;
    this.limits_ = { ...kLinkLimits, ...options_.limits };
    this.giveUpAfterMs_ = options_.giveUpAfterMs ?? 30_000;
    this.expireAfterMs_ = options_.expireAfterMs ?? 120_000;
  }

  get state(): ConnectionState {
    return this.state_;
  }
  /** The newest one seen. */
  get balance(): Balance | undefined {
    return this.balance_;
  }
  get pending(): PendingSpin | undefined {
    return this.command_;
  }
  /** The last recorded command number that is known. */
  get lastN(): number {
    return this.lastN_;
  }

  /** Connects; also after the connection was closed for good. */
  start(): void {
    if (this.state_.kind === 'idle' || this.state_.kind === 'closed') this.connect();
  }

  /** Ends the connection. A command that is not decided stays in the storage, for the next client of this session. */
  stop(): void {
    if (this.state_.kind === 'idle' || this.state_.kind === 'closed') return;
    this.finish('stopped');
    this.link_?.close();
  }

  /** Forgets an undecided command, at logout. */
  forget(): void {
    this.storage_.removeItem(kStorageKey);
  }

  /** The network may be back, or gone: reconnects at once, or asks the server whether it is there. */
  wake(): void {
    if (this.state_.kind === 'reconnecting') {
      if (this.link_ !== undefined) return; // Just trying.
      this.cancelReconnect_();
      this.connect();
    } else if (this.state_.kind === 'online') {
      this.link_?.probe();
    }
  }

  /** Plays one round. Rejects with `busy` while another one is undecided. */
  spin(request: SpinRequest): Promise<SpinResult> {
    return this.command(request);
  }

  /** Makes the choice that a round waits for. Rejects with `busy` while another command is undecided. */
  choose(round: string, choice: number): Promise<SpinResult> {
    return this.command({ round, choice });
  }

  private command(request: CommandRequest): Promise<SpinResult> {
    if (this.state_.kind === 'closed') return Promise.reject(localError('closed', 'The connection has ended.'));
    if (this.command_ !== undefined) return Promise.reject(localError('busy', 'The last round is still being decided.'));
    return new Promise((resolve, reject) => {
      this.command_ = {
        n: this.session_ === undefined ? undefined : this.lastN_ + 1,
        request, at: this.timers_.now(), recovered: false, waiter: { resolve, reject }, refusals: 0, firstRefusalAt: 0,
      };
      this.keep();
      this.emit('pending', this.command_);
      if (this.state_.kind === 'online') this.transmit();
    });
  }

  async queryBalance(): Promise<Balance> {
    const answer = await this.query<{ balance: Balance }>('balance');
    this.see(answer.balance);
    return this.balance_ ?? answer.balance;
  }
  async queryGames(): Promise<GameInfo[]> {
    const answer = await this.query<{ games: GameInfo[] }>('games');
    return answer.games;
  }
  async queryOnline(): Promise<number> {
    const answer = await this.query<{ players: number }>('online');
    this.emit('online', answer.players);
    return answer.players;
  }
  /** The player's rounds that wait for a choice: at most one. */
  async queryOpen(): Promise<SpinResult[]> {
    const answer = await this.query<{ rounds: SpinResult[] }>('open');
    return answer.rounds;
  }
  async ping(): Promise<void> {
    await this.query('ping');
  }

  // The connection.

  private connect(): void {
    if (this.state_.kind !== 'reconnecting') this.enter({ kind: 'connecting' });
    const link: Link = new Link(this.open_, this.options_.url, this.timers_, this.limits_, {
      opened: () => this.hello(),
      frame: (frame) => this.dispatch(frame),
      probe: () => void this.ping().catch(() => undefined),
      waiting: () => this.command_ !== undefined || this.state_.kind !== 'online',
      lost: (code) => {
        if (this.link_ === link) this.lost(code);
      },
    });
    this.link_ = link;
  }

  private hello(): void {
    this.helloQuery_ = this.nextQuery_++;
    const resume = this.position_ === undefined ? {} : { resume: this.position_ };
    this.link_?.send(JSON.stringify({ q: this.helloQuery_, op: 'hello', token: this.options_.token, ...resume }));
  }

  private lost(code: number): void {
    this.link_ = undefined;
    this.cancelRetry_();
    this.failQueries(localError('disconnected', 'The connection was lost.'));
    if (this.state_.kind === 'closed') return;
    const reason = kNoReconnect.get(code);
    if (reason === undefined) {
      this.reconnectLater();
    } else {
      this.finish(reason);
    }
  }

  private reconnectLater(atLeastMs = 0): void {
    const retryInMs = Math.max(atLeastMs, backoffMs(this.attempt_, this.random_));
    this.attempt_ += 1;
    this.enter({ kind: 'reconnecting', attempt: this.attempt_, retryInMs });
    this.cancelReconnect_ = this.timers_.after(retryInMs, () => this.connect());
  }

  private finish(reason: CloseReason): void {
    this.cancelReconnect_();
    this.cancelRetry_();
    this.enter({ kind: 'closed', reason });
    const command = this.command_;
    this.command_ = undefined; // What the storage holds is sent again by the next client of this session.
    if (command !== undefined) {
      this.session_ = undefined;
      command.waiter?.reject(localError('closed', 'The connection ended before the round was decided.'));
      this.emit('pending', undefined);
    }
  }

  private enter(state: ConnectionState): void {
    this.state_ = state;
    this.emit('state', state);
  }

  // Frames.

  private dispatch(frame: Record<string, unknown>): void {
    if (typeof frame['re'] === 'number') {
      this.decided(frame as unknown as Recorded);
    } else if (typeof frame['rq'] === 'number') {
      this.answered(frame['rq'], frame);
    } else if (typeof frame['ev'] === 'string') {
      this.pushed(frame as unknown as Push);
    } else if (frame['error'] !== undefined) {
      this.refusedUnread(new CroupierError(frame['error'] as WireError));
    }
  }

  private answered(q: number, frame: Record<string, unknown>): void {
    if (q === this.helloQuery_) {
      this.helloQuery_ = 0;
      if (frame['ok'] !== undefined) this.welcomed(frame['ok'] as Welcome);
      else this.unwelcome(new CroupierError(frame['error'] as WireError));
      return;
    }
    const query = this.queries_.get(q);
    if (query === undefined) return;
    this.queries_.delete(q);
    query.cancel();
    if (frame['ok'] !== undefined) query.resolve(frame['ok'] as never);
    else query.reject(new CroupierError(frame['error'] as WireError));
  }

  private welcomed(welcome: Welcome): void {
    const again = this.position_ !== undefined;
    this.attempt_ = 0;
    this.lastN_ = welcome.last_n;
    // After a resume the missed pushes follow: each of them moves the position, the welcome does not.
    if (!welcome.resumed || this.position_ === undefined) this.position_ = { instance: welcome.instance, seq: welcome.seq };
    if (this.command_ === undefined && this.session_ === undefined) this.recover(welcome.session);
    this.session_ = welcome.session;
    this.enter({ kind: 'online', again, resumed: welcome.resumed });
    this.emit('welcome', welcome);
    this.see(welcome.balance);
    this.sendAgain();
  }

  private unwelcome(error: CroupierError): void {
    if (error.retriable && error.code !== 'not_logged_in') {
      const link = this.link_;
      this.link_ = undefined; // Its end is no news any more.
      link?.close();
      this.reconnectLater(error.retryAfterMs);
    } else {
      this.finish(error.code === 'malformed' || error.code === 'operation_unknown' ? 'protocol_error' : 'logged_out');
      this.link_?.close();
    }
  }

  private pushed(push: Push): void {
    if (this.position_ !== undefined && push.seq > this.position_.seq) this.position_ = { ...this.position_, seq: push.seq };
    switch (push.ev) {
      case 'balance': this.see(push.balance); break;
      case 'online': this.emit('online', push.players); break;
      case 'games': this.emit('games', undefined); break;
      case 'draining': this.emit('draining', undefined); break;
    }
  }

  /** A late frame never shows an older balance. */
  private see(balance: Balance): void {
    if (this.balance_ !== undefined && balance.version < this.balance_.version) return;
    this.balance_ = balance;
    this.emit('balance', balance);
  }

  // The command.

  private recover(session: string): void {
    const text = this.storage_.getItem(kStorageKey);
    if (text === null) return;
    const kept = JSON.parse(text) as { session: string; n: number; at: number; request: CommandRequest };
    if (kept.session !== session) {
      this.storage_.removeItem(kStorageKey);
      return;
    }
    this.command_ = {
      n: kept.n, request: kept.request, at: kept.at, recovered: true, waiter: undefined, refusals: 0, firstRefusalAt: 0,
    };
    this.emit('pending', this.command_);
  }

  private keep(): void {
    const command = this.command_;
    if (command?.n === undefined) return;
    const { n, at, request } = command;
    this.storage_.setItem(kStorageKey, JSON.stringify({ session: this.session_, n, at, request }));
  }

  /** After a welcome: the undecided command, under its number, or under the next one if the server never had it. */
  private sendAgain(): void {
    const command = this.command_;
    if (command === undefined) return;
    const recorded = command.n !== undefined && command.n <= this.lastN_;
    if (!recorded && this.timers_.now() - command.at > this.expireAfterMs_) {
      this.refuse(command, localError('expired', 'The round was not played: the casino could not be reached in time.'));
      return;
    }
    if (!recorded) this.number(command, this.lastN_ + 1);
    this.transmit();
  }

  private number(command: Command, n: number): void {
    if (command.n === n) return;
    command.n = n;
    this.keep();
  }

  private transmit(): void {
    const command = this.command_;
    if (command === undefined || this.state_.kind !== 'online') return;
    this.cancelRetry_();
    const op = 'round' in command.request ? 'choose' : 'spin';
    this.link_?.send(JSON.stringify({ n: command.n, op, ...command.request }));
  }

  private decided(answer: Recorded): void {
    const command = this.command_;
    if (command?.n === undefined || answer.re !== command.n) return; // A repeat of an answer that was seen.
    if ('error' in answer) {
      this.refused(command, new CroupierError(answer.error));
      return;
    }
    this.lastN_ = Math.max(this.lastN_, command.n);
    this.done();
    this.emit('outcome', { n: command.n, request: command.request, result: answer.ok, recovered: command.recovered });
    this.see(answer.ok.balance);
    command.waiter?.resolve(answer.ok);
  }

  private refused(command: Command, error: CroupierError): void {
    if (error.code === 'not_logged_in') {
      this.finish('logged_out');
      this.link_?.close();
    } else if (error.retriable) {
      // Not recorded under its number, which is beyond the next one: the server says which that is.
      if (error.code === 'out_of_order' && error.expected !== undefined) this.number(command, error.expected);
      this.retryLater(command, error);
    } else {
      if (!error.transient) this.lastN_ = Math.max(this.lastN_, command.n ?? 0);
      this.refuse(command, error);
    }
  }

  /** The server could not or would not read a frame far enough to say which one. */
  private refusedUnread(error: CroupierError): void {
    if (this.command_ === undefined) return;
    if (error.retriable) this.retryLater(this.command_, error);
    else this.refuse(this.command_, error);
  }

  private retryLater(command: Command, error: CroupierError): void {
    const now = this.timers_.now();
    if (command.refusals === 0) command.firstRefusalAt = now;
    // Refused by the connection that had welcomed us: it is certain that nothing was recorded.
    if (now - command.firstRefusalAt > this.giveUpAfterMs_) {
      this.refuse(command, error);
      return;
    }
    const retryInMs = Math.max(error.retryAfterMs ?? 0, backoffMs(command.refusals, this.random_));
    command.refusals += 1;
    this.emit('refusal', { n: command.n, error, recovered: command.recovered, retryInMs });
    this.cancelRetry_();
    this.cancelRetry_ = this.timers_.after(retryInMs, () => this.transmit());
  }

  private refuse(command: Command, error: CroupierError): void {
    this.done();
    this.emit('refusal', { n: command.n, error, recovered: command.recovered, retryInMs: undefined });
    command.waiter?.reject(error);
  }

  private done(): void {
    this.cancelRetry_();
    this.command_ = undefined;
    this.storage_.removeItem(kStorageKey);
    this.emit('pending', undefined);
  }

  // Queries.

  private query<T>(op: string): Promise<T> {
    if (this.state_.kind !== 'online') return Promise.reject(localError('disconnected', 'There is no connection.'));
    const q = this.nextQuery_++;
    return new Promise<T>((resolve, reject) => {
      const cancel = this.timers_.after(kQueryTimeoutMs, () => {
        this.queries_.delete(q);
        reject(localError('timed_out', 'The casino did not answer in time.'));
      });
      this.queries_.set(q, { resolve: resolve as (value: never) => void, reject, cancel });
      this.link_?.send(JSON.stringify({ q, op }));
    });
  }

  private failQueries(error: CroupierError): void {
    for (const query of this.queries_.values()) {
      query.cancel();
      query.reject(error);
    }
    this.queries_.clear();
  }
}
