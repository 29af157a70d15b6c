import { CroupierError, localError } from './errors.js';
import type { Balance, FairPairs, GameInfo, Jackpot, Login, Page, Receipt, RoundDetail, RoundSummary, StatementEntry, WireError } from './types.js';

export interface ApiOptions {
  /** "" (same origin) or "http://host:port". */
  base?: string;
  token?: string | undefined;
  fetch?: typeof fetch;
}

/** The HTTP calls under /api/v1. Every refusal is a CroupierError. The token travels in a header only. */
export class CroupierApi {
  token: string | undefined;
  private readonly base_: string;
  private readonly fetch_: typeof fetch;

  constructor(options: ApiOptions = {}) {
    this.base_ = `${options.base ?? ''}/api/v1`;
    this.token = options.token;
    this.fetch_ = options.fetch ?? ((input, init) => fetch(input, init));
  }

  register(nickname: string): Promise<{ player: string; nickname: string; balance: Balance }> {
    return this.call('POST', '/players', { nickname });
  }
  /** Also keeps the token for the calls that follow. */
  async login(nickname: string): Promise<Login> {
    const login = await this.call<Login>('POST', '/sessions', { nickname });
    this.token = login.token;
    return login;
  }
  async logout(): Promise<void> {
    await this.call('DELETE', '/sessions/current');
    this.token = undefined;
  }
  async jackpots(): Promise<Jackpot[]> {
    const answer = await this.call<{ jackpots: Jackpot[] }>('GET', '/jackpots');
    return answer.jackpots;
  }

  async games(): Promise<GameInfo[]> {
    const answer = await this.call<{ games: GameInfo[] }>('GET', '/games');
    return answer.games;
  }
  me(): Promise<{ player: string; nickname: string; session: string; balance: Balance }> {
    return this.call('GET', '/me');
  }
  async rounds(before?: string, limit = 25): Promise<Page<RoundSummary>> {
    const answer = await this.call<{ rounds: RoundSummary[]; next?: string }>('GET', `/me/rounds?${page(before, limit)}`);
    return { entries: answer.rounds, ...(answer.next === undefined ? {} : { next: answer.next }) };
  }
  round(round: string): Promise<RoundDetail> {
    return this.call('GET', `/me/rounds/${encodeURIComponent(round)}`);
  }
  /** The proof that a round stands in the ledger; refused as receipt_not_ready until its day is sealed. */
  receipt(round: string): Promise<Receipt> {
    return this.call('GET', `/me/rounds/${encodeURIComponent(round)}/receipt`);
  }
  statement(before?: string, limit = 25): Promise<Page<StatementEntry>> {
    return this.call('GET', `/me/statement?${page(before, limit)}`);
  }

  /** The seeds that decide a provably fair game, and those that were revealed. */
  seeds(game: string): Promise<FairPairs> {
    return this.call('GET', `/me/fair/${encodeURIComponent(game)}`);
  }
  /** Reveals the server seed of pair `after` (0: there is none yet) and begins the next pair. The same call again changes nothing. */
  renewSeeds(game: string, after: number, clientSeed: string): Promise<FairPairs> {
    return this.call('PUT', `/me/fair/${encodeURIComponent(game)}`, { after, client_seed: clientSeed });
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (this.token !== undefined && path !== '/sessions' && path !== '/players') headers['Authorization'] = `Bearer ${this.token}`;
    const init: RequestInit = { method, headers, cache: 'no-store', credentials: 'omit' };
    if (body !== undefined) init.body = JSON.stringify(body);

    let response: Response;
    try {
      response = await this.fetch_(this.base_ + path, init);
    } catch {
      throw localError('unreachable', 'The casino cannot be reached.');
    }
    if (response.status === 204) return undefined as T;
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok && answer !== undefined) return answer as T;
    throw problem(answer, response.status);
  }
}

function page(before: string | undefined, limit: number): string {
  return before === undefined ? `limit=${limit}` : `before=${encodeURIComponent(before)}&limit=${limit}`;
}

function problem(answer: unknown, status: number): CroupierError {
  const fields = (answer ?? {}) as { code?: string; title?: string; detail?: string; retry_after_ms?: number };
  const wire: WireError = { code: fields.code ?? 'internal', message: fields.title ?? fields.detail ?? `HTTP ${status}` };
  if (fields.retry_after_ms !== undefined) wire.retry_after_ms = fields.retry_after_ms;
  return new CroupierError(wire, status);
}
