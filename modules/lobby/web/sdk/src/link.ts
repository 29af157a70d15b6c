import type { OpenSocket, SocketLike, Timers } from './ports.js';

/** How long each wait of the link may take, milliseconds. */
export interface LinkLimits {
  /** From opening the socket to the first frame. */
  connect: number;
  /** Silence after which the server is asked whether it is there; shorter while an answer is awaited. */
  quiet: number;
  quietWhileWaiting: number;
  /** How long it may take to answer that. */
  answer: number;
}

export const kLinkLimits: LinkLimits = { connect: 10_000, quiet: 20_000, quietWhileWaiting: 4_000, answer: 6_000 };

/** Code given when the peer fell silent; never on the wire. */
export const kSilent = 4999;

export interface LinkHandler {
  opened(): void;
  frame(frame: Record<string, unknown>): void;
  /** Ask the server anything that it answers. */
  probe(): void;
  /** An answer is awaited, so that silence is suspect sooner. */
  waiting(): boolean;
  /** Called once, last. */
  lost(code: number): void;
}

/** One connection: opens, reads JSON frames, notices when the peer has fallen silent, reports its end exactly once. */
export class Link {
  private readonly socket_: SocketLike;
  private cancel_: () => void;
  private over_ = false;
  private probed_ = false;

  constructor(
    open: OpenSocket,
    url: string,
    private readonly timers_: Timers,
    private readonly limits_: LinkLimits,
    private readonly handler_: LinkHandler,
  ) {
    this.socket_ = open(url, 'croupier.v1');
    this.socket_.onopen = () => {
      if (!this.over_) this.handler_.opened();
    };
    this.socket_.onmessage = (event) => this.read(event.data);
    this.socket_.onclose = (event) => this.end(event.code);
    this.socket_.onerror = () => undefined; // A close always follows and says more.
    this.cancel_ = timers_.after(limits_.connect, () => this.drop(kSilent));
  }

  send(text: string): void {
    if (this.over_) return;
    this.socket_.send(text);
    this.rearm();
  }

  /** Probes now rather than after the quiet time. */
  probe(): void {
    if (this.over_ || this.probed_) return;
    this.probed_ = true;
    this.handler_.probe();
    this.cancel_();
    this.cancel_ = this.timers_.after(this.limits_.answer, () => this.drop(kSilent));
  }

  close(): void {
    this.drop(1000);
  }

  private read(data: unknown): void {
    if (this.over_) return;
    let frame: unknown;
    try {
      frame = JSON.parse(String(data));
    } catch {
      frame = undefined;
    }
    if (typeof frame !== 'object' || frame === null) {
      this.drop(1002);
      return;
    }
    this.probed_ = false;
    this.handler_.frame(frame as Record<string, unknown>);
    this.rearm(); // Only now is it known whether an answer is still awaited.
  }

  private rearm(): void {
    if (this.probed_ || this.over_) return;
    this.cancel_();
    const quiet = this.handler_.waiting() ? this.limits_.quietWhileWaiting : this.limits_.quiet;
    this.cancel_ = this.timers_.after(quiet, () => this.probe());
  }

  private drop(code: number): void {
    if (this.over_) return;
    this.socket_.onclose = null; // A half-open socket may report its end much later, or never.
    this.socket_.close(code === 1000 ? 1000 : undefined);
    this.end(code);
  }

  private end(code: number): void {
    if (this.over_) return;
    this.over_ = true;
    this.cancel_();
    this.handler_.lost(code);
  }
}
