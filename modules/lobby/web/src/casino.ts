import { CroupierApi, CroupierClient, CroupierError } from 'croupier-client';
import type { Balance, ConnectionState, GameInfo, Jackpot, Login, OutcomeEvent, SpinRequest, SpinResult, Welcome } from 'croupier-client';
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** What a tab keeps of its session, also over a reload. The net position counts each command number once. */
interface Kept {
  token: string;
  nickname: string;
  since: number;
  countedN: number;
  /** The round that was begun here and has not ended, as far as is known here. */
  open?: string | undefined;
  net: number;
}

const kKey = 'croupier.session';

/**
 * What the page knows of the casino, and the only one who talks to it. Views subscribe with `watch` and are drawn again
 * whenever something here is another.
 */
export class Casino {
  readonly api = new CroupierApi();
  client: CroupierClient | undefined;
  kept: Kept | undefined;

  games: GameInfo[] = [];
  jackpots: Jackpot[] = [];
  connection: ConnectionState = { kind: 'idle' };
  balance: Balance | undefined;
  players: number | undefined;
  draining = false;
  demo = true;
  /** The last connection came back after a break: shown for a moment. */
  returned: 'resumed' | 'refreshed' | undefined;
  /** A round that was begun before the page was loaded, and has been decided since. */
  recovered: OutcomeEvent | undefined;
  /** A round of this player that waits for a choice. */
  waiting: SpinResult | undefined;
  /** The round of the past that the page shows again. */
  again: { round: string; game: string; at: string } | undefined;
  /** The round that won a jackpot last, until one goes elsewhere. */
  jackpot: SpinResult | undefined;
  /** Why the current round is not decided yet, when the server asks for patience. */
  patience: string | undefined;
  /** Said to screen readers. */
  announcement = '';

  /** Wins that are decided but not shown yet: a game withholds them until its reels stop. */
  private withheld_ = 0;
  private readonly hosts_ = new Set<ReactiveControllerHost>();
  private returnedTimer_ = 0;

  constructor() {
    const text = sessionStorage.getItem(kKey);
    if (text !== null) this.kept = JSON.parse(text) as Kept;
  }

  /** Draws `host` again at every change, for as long as it is in the page. */
  watch(host: ReactiveControllerHost): void {
    const controller: ReactiveController = {
      hostConnected: () => void this.hosts_.add(host),
      hostDisconnected: () => void this.hosts_.delete(host),
    };
    host.addController(controller);
  }

  changed(): void {
    for (const host of this.hosts_) host.requestUpdate();
  }

  say(text: string): void {
    // The same words twice are news too: a live region speaks only when its text is another one.
    this.announcement = this.announcement === text ? `${text}\u00a0` : text;
    this.changed();
  }

  get loggedIn(): boolean {
    return this.kept !== undefined;
  }
  /** The jackpot that was won last, once its game has shown the round. */
  get jackpotShown(): SpinResult | undefined {
    return this.withheld_ === 0 ? this.jackpot : undefined;
  }
  get net(): number {
    return (this.kept?.net ?? 0) - this.withheld_;
  }
  get sinceMs(): number {
    return this.kept === undefined ? 0 : Date.now() - this.kept.since;
  }
  /** What the player may see now. */
  get shownBalance(): number | undefined {
    return this.balance === undefined ? undefined : Math.max(0, this.balance.available - this.withheld_);
  }
  get busy(): boolean {
    return this.client?.pending !== undefined;
  }

  withhold(minor: number): void {
    this.withheld_ = minor;
    this.changed();
  }

  async loadGames(): Promise<void> {
    [this.games, this.jackpots] = await Promise.all([this.api.games(), this.api.jackpots()]);
    this.changed();
  }

  game(id: string): GameInfo | undefined {
    return this.games.find((entry) => entry.game === id);
  }

  /** In demo mode a nickname is enough: a new one is registered, one that is taken is logged in. */
  async enter(nickname: string): Promise<void> {
    try {
      await this.api.register(nickname);
    } catch (error) {
      if (!(error instanceof CroupierError) || error.code !== 'nickname_taken') throw error;
    }
    const login: Login = await this.api.login(nickname);
    this.kept = { token: login.token, nickname: login.nickname, since: Date.now(), countedN: 0, net: 0 };
    this.keep();
    this.connect();
    await this.loadGames();
  }

  /** Connects with the session that this tab has. */
  connect(): void {
    if (this.kept === undefined) return;
    this.api.token = this.kept.token;
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
    const client = new CroupierClient({ url, token: this.kept.token, storage: sessionStorage });
    this.client = client;
    client.on('state', (state) => this.connectionIs(state));
    client.on('welcome', (welcome) => this.welcomed(welcome));
    client.on('balance', (balance) => {
      this.balance = balance;
      this.changed();
    });
    client.on('online', (players) => {
      this.players = players;
      this.changed();
    });
    client.on('games', () => void this.loadGames().catch(() => undefined));
    client.on('draining', () => {
      this.draining = true;
      this.changed();
    });
    client.on('pending', () => {
      this.patience = undefined;
      this.changed();
    });
    client.on('refusal', ({ error, retryInMs }) => {
      this.patience = retryInMs === undefined ? undefined : error.message;
      this.changed();
    });
    client.on('outcome', (outcome) => this.decided(outcome));
    client.start();
  }

  spin(request: SpinRequest): Promise<SpinResult> {
    if (this.client === undefined) return Promise.reject(new CroupierError({ code: 'not_logged_in', message: 'Log in first.' }));
    this.recovered = undefined;
    this.again = undefined;
    this.jackpot = undefined;
    return this.client.spin(request);
  }

  choose(round: string, choice: number): Promise<SpinResult> {
    if (this.client === undefined) return Promise.reject(new CroupierError({ code: 'not_logged_in', message: 'Log in first.' }));
    this.recovered = undefined;
    return this.client.choose(round, choice);
  }

  /** Shows a round of the past at its game once more, as what it is. */
  async showAgain(round: string): Promise<void> {
    const { game, stake, win, jackpot = 0, outcome, bets = [], at } = await this.api.round(round);
    if (outcome === null || this.balance === undefined || this.busy) return;
    this.again = { round, game, at };
    const result = { round, game, stake, win, jackpot, outcome, balance: this.balance };
    this.recovered = { n: 0, request: { game, bets }, result, recovered: true };
    this.changed();
  }

  /** Asks which round waits: it may have begun or ended elsewhere, or by its game's rule. */
  async lookForWaiting(): Promise<void> {
    try {
      [this.waiting] = (await this.client?.queryOpen()) ?? [];
      this.changed();
      const open = this.kept?.open;
      if (open === undefined || open === this.waiting?.round) return;
      const { status, stake, win } = await this.api.round(open);
      if (this.kept?.open !== open) return; // Its answer has come meanwhile.
      this.kept.open = undefined;
      if (status !== 'voided') this.kept.net += win - stake;
      this.keep();
      this.changed();
    } catch {
      // The next connection asks again.
    }
  }

  async leave(): Promise<void> {
    this.client?.stop();
    this.client?.forget();
    await this.api.logout().catch(() => undefined); // A session that the server no longer knows is left all the same.
    this.forget();
  }

  /** The session is over, here too. */
  forget(): void {
    this.client = undefined;
    this.kept = undefined;
    this.balance = undefined;
    this.players = undefined;
    this.recovered = undefined;
    this.waiting = undefined;
    this.jackpot = undefined;
    this.draining = false;
    this.withheld_ = 0;
    this.connection = { kind: 'idle' };
    this.api.token = undefined;
    sessionStorage.removeItem(kKey);
    this.changed();
  }

  private connectionIs(state: ConnectionState): void {
    this.connection = state;
    window.clearTimeout(this.returnedTimer_);
    this.returned = undefined;
    if (state.kind === 'online') {
      this.draining = false;
      if (state.again) {
        this.returned = state.resumed ? 'resumed' : 'refreshed';
        this.returnedTimer_ = window.setTimeout(() => {
          this.returned = undefined;
          this.changed();
        }, 4000);
        this.say('Back online.');
      }
    } else if (state.kind === 'reconnecting' && state.attempt === 1) {
      this.say('Connection lost. Reconnecting.');
    }
    this.changed();
  }

  private welcomed(welcome: Welcome): void {
    this.demo = welcome.demo;
    for (const recorded of welcome.results) {
      if ('ok' in recorded) this.count(recorded.re, recorded.ok);
    }
    void this.lookForWaiting();
    void this.client?.queryOnline().catch(() => undefined);
    if (this.games.length === 0) void this.loadGames().catch(() => undefined);
    this.changed();
  }

  private decided(outcome: OutcomeEvent): void {
    const { n, result, recovered } = outcome;
    this.count(n, result);
    if (result.awaits !== undefined) this.waiting = result;
    else if (this.waiting?.round === result.round) this.waiting = undefined;
    if (recovered) {
      this.recovered = outcome;
    } else {
      const jackpot = result.jackpot ?? 0;
      if (jackpot > 0) this.jackpot = result;
      this.withheld_ = result.win + jackpot; // Until the game has shown it.
    }
    this.changed();
  }

  private count(n: number, result: SpinResult): void {
    const kept = this.kept;
    if (kept === undefined || n <= kept.countedN) return;
    kept.countedN = n;
    // What it comes to is known in the end; that may be told to nobody here (lookForWaiting).
    if (result.awaits !== undefined) kept.open = result.round;
    else if (kept.open === result.round) kept.open = undefined;
    if (result.awaits === undefined) kept.net += result.win + (result.jackpot ?? 0) - result.stake;
    this.keep();
  }

  private keep(): void {
    sessionStorage.setItem(kKey, JSON.stringify(this.kept));
  }
}

export const casino = new Casino();
