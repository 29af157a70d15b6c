export { CroupierClient } from './client.js';
export type { ClientEvents, ClientOptions, CloseReason, ConnectionState, OutcomeEvent, PendingSpin, RefusalEvent } from './client.js';
export { CroupierApi } from './http.js';
export type { ApiOptions } from './http.js';
export { CroupierError } from './errors.js';
export { MemoryStorage, backoffMs, systemTimers } from './ports.js';
export type { KeyValueStorage, OpenSocket, SocketLike, Timers } from './ports.js';
export type * from './types.js';
