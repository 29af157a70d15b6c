import type { WireError } from './types.js';

// Refusals that recorded nothing and consumed no key. A code that is not listed is final, unless it says when to try
// again: taking a transient refusal for a final one costs the player a click, the reverse would send it for ever.
const kTransient = new Set([
  'malformed', 'too_large', 'operation_unknown', 'not_logged_in', 'out_of_order', 'in_flight', 'rate_limited',
  'overloaded', 'draining', 'disk_low', 'not_found', 'method_not_allowed', 'origin_refused', 'not_available',
  'entropy_unavailable', 'internal', 'too_soon',
]);

// Transient, yet not sent again by itself: the same frame can only be refused again; or, too_soon, the player has to ask again
// (RTS 14D: release and press).
const kPointless = new Set(['too_soon', 'malformed', 'too_large', 'operation_unknown', 'not_found', 'method_not_allowed', 'origin_refused']);

/** A refusal, by the server or (codes below) by this client. Decide by `code`; `message` is for people. */
export class CroupierError extends Error {
  readonly code: string;
  /** Recorded nothing: the same request may be sent again. */
  readonly transient: boolean;
  readonly retryAfterMs: number | undefined;
  /** With out_of_order: the next command number. */
  readonly expected: number | undefined;
  /** HTTP status, if it came over HTTP. */
  readonly status: number | undefined;

  constructor(wire: WireError, status?: number) {
    super(wire.message);
    this.name = 'CroupierError';
    this.code = wire.code;
    this.transient = kTransient.has(wire.code) || kLocalTransient.has(wire.code) || wire.retry_after_ms !== undefined;
    this.retryAfterMs = wire.retry_after_ms;
    this.expected = wire.expected;
    this.status = status;
  }

  /** Worth sending again, unchanged, a little later. */
  get retriable(): boolean {
    return this.transient && !kPointless.has(this.code);
  }
}

// What the client itself refuses with.
//   busy             a command is still being decided
//   disconnected     a query was asked without a connection, or lost its answer with it
//   timed_out        a query got no answer in time
//   expired          a command never reached the server and is too old to be played unasked
//   closed           the connection has ended for good
//   unreachable      no HTTP answer
const kLocalTransient = new Set(['busy', 'disconnected', 'timed_out', 'expired', 'closed', 'unreachable']);

export function localError(code: string, message: string): CroupierError {
  return new CroupierError({ code, message });
}
