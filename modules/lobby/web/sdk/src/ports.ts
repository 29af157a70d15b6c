// Everything that is not determined by the frames comes through one of these, so that a test can drive the client.

/** The part of a browser's WebSocket that is used; Node 22's and the `ws` package's fit too. */
export interface SocketLike {
  onopen: ((event: unknown) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type OpenSocket = (url: string, protocol: string) => SocketLike;

/** sessionStorage fits. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Timers {
  /** Milliseconds since any fixed point that survives a page reload (wall time). */
  now(): number;
  /** Calls back once after `ms`; returns what cancels it. */
  after(ms: number, callback: () => void): () => void;
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  after(ms, callback) {
    const id = setTimeout(callback, ms);
    return () => clearTimeout(id);
  },
};

/** A storage that lives as long as the client. */
export class MemoryStorage implements KeyValueStorage {
  private readonly values_ = new Map<string, string>();
  getItem(key: string): string | null {
    return this.values_.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.values_.set(key, value);
  }
  removeItem(key: string): void {
    this.values_.delete(key);
  }
}

/** 250 ms doubling to 15 s, each scattered over its upper half so that clients do not return in step. */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(250 * 2 ** Math.min(attempt, 10), 15_000);
  return Math.round(full / 2 + (full / 2) * random());
}
