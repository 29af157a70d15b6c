import type { KeyValueStorage, SocketLike, Timers } from '../src/index.js';
import { CroupierClient, MemoryStorage } from '../src/index.js';
import type { ClientOptions } from '../src/index.js';

/** Time that passes only when told to. */
export class ManualTimers implements Timers {
  private now_ = 1_000_000;
  private readonly due_: { at: number; callback: () => void; live: boolean }[] = [];

  now(): number {
    return this.now_;
  }
  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.now_ + ms, callback, live: true };
    this.due_.push(timer);
    return () => (timer.live = false);
  }
  /** Runs everything that falls due within `ms`, in order. */
  advance(ms: number): void {
    const end = this.now_ + ms;
    for (;;) {
      const next = this.due_.filter((timer) => timer.live && timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      next.live = false;
      this.now_ = Math.max(this.now_, next.at);
      next.callback();
    }
    this.now_ = end;
  }
}

export type Frame = Record<string, unknown>;

/** One connection as the server's end sees it. */
export class FakeSocket implements SocketLike {
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  readonly texts: string[] = [];
  closedWith: number | undefined;

  send(text: string): void {
    this.texts.push(text);
  }
  close(code?: number): void {
    this.closedWith = code ?? 1005;
  }

  get frames(): Frame[] {
    return this.texts.map((text) => JSON.parse(text) as Frame);
  }
  get last(): Frame {
    return this.frames.at(-1) ?? {};
  }
  open(): void {
    this.onopen?.({});
  }
  say(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  end(code: number): void {
    this.onclose?.({ code, reason: '' });
  }
}

export function balance(available: number, version: number) {
  return { available, currency: 'EUR', exponent: 2, version };
}

export function spun(n: number, available: number, version: number, win = 0): Frame {
  return {
    re: n,
    ok: { op: 'spin', round: String(100 + n), game: 'lines', stake: 100, win, outcome: { events: [], stake: 100, win }, balance: balance(available, version) },
  };
}

export function refusal(re: number, code: string, more: Frame = {}): Frame {
  return { re, error: { code, message: code, ...more } };
}

/** A client on fake sockets, with what it said. */
export class Bench {
  readonly timers = new ManualTimers();
  readonly sockets: FakeSocket[] = [];
  readonly log: string[] = [];
  readonly storage: KeyValueStorage;
  readonly client: CroupierClient;

  constructor(options: Partial<ClientOptions> = {}) {
    this.storage = options.storage ?? new MemoryStorage();
    this.client = new CroupierClient({
      url: 'ws://test/ws', token: 'secret', timers: this.timers, random: () => 1, storage: this.storage,
      open: () => {
        const socket = new FakeSocket();
        this.sockets.push(socket);
        return socket;
      },
      ...options,
    });
    this.client.on('state', (state) => this.log.push(state.kind === 'closed' ? `closed:${state.reason}` : state.kind));
    this.client.on('outcome', ({ n, recovered }) => this.log.push(`outcome:${n}${recovered ? ':recovered' : ''}`));
    this.client.on('refusal', ({ error, retryInMs }) => this.log.push(`refusal:${error.code}:${retryInMs ?? 'final'}`));
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no connection was opened');
    return socket;
  }

  welcome(more: Frame = {}): void {
    this.socket.open();
    const q = this.socket.last['q'];
    this.socket.say({
      rq: q,
      ok: {
        op: 'hello', session: '7', player: '1', nickname: 'Ada', instance: 'life-1', seq: 0, last_n: 0, results: [], previous: [],
        resumed: false, balance: balance(1000, 1), demo: true, server_time: '2026-01-01T00:00:00.000000Z', ...more,
      },
    });
  }

  /** Starts and welcomes. */
  online(more: Frame = {}): this {
    this.client.start();
    this.welcome(more);
    return this;
  }

  /** Breaks the connection and lets the client come back as far as a new socket. */
  reconnect(code = 1006): void {
    const before = this.sockets.length;
    this.socket.end(code);
    this.timers.advance(20_000);
    if (this.sockets.length === before) throw new Error('the client did not come back');
  }

  spins(): Frame[] {
    return this.sockets.flatMap((socket) => socket.frames).filter((frame) => frame['op'] === 'spin');
  }
}
