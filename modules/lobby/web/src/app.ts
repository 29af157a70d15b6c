import { html } from 'lit';
import type { SpinRequest } from 'croupier-client';
import type { LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { casino } from './casino.js';
import { CasinoElement } from './element.js';
import { money, signedMoney, when } from './format.js';
import { routeOf } from './route.js';
import type { Route } from './route.js';
import type { RouletteView } from './roulette/view.js';
import type { PokerView } from './poker/view.js';
import type { DiceView } from './dice/view.js';
import type { SlotView } from './slot/view.js';
import { setSound, soundOn } from './sound.js';
import { symbolSheet, wordmark } from './symbols.js';
import './clock.js';
import './roulette/view.js';
import './dice/view.js';
import './poker/view.js';
import './slot/reels.js';
import './slot/view.js';
import './views/history.js';
import './views/lobby.js';
import './views/login.js';
import './views/round.js';

/** How often a film asks a game that is still showing the last round. */
const kFilmPatience = 60;
const kGameViews = 'croupier-slot, croupier-roulette, croupier-dice, croupier-poker';

/** The page: header, connection banner, the view that the fragment names, and the voice for screen readers. */
@customElement('croupier-app')
export class App extends CasinoElement {
  @state() private route_: Route = routeOf(location.hash);
  private moved_ = false;
  private shown_: Element | undefined;
  /** The round of the past that was asked for. */
  private again_: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', () => {
      this.route_ = routeOf(location.hash);
      casino.recovered = undefined;
      casino.again = undefined;
      this.again_ = undefined;
      casino.jackpot = undefined;
      if (this.route_.view === 'lobby') void casino.loadGames().catch(() => undefined); // Jackpots have grown.
      this.moved_ = true;
    });
    window.addEventListener('online', () => casino.client?.wake());
    window.addEventListener('offline', () => casino.client?.wake());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') casino.client?.wake();
    });
    casino.connect();
  }

  protected override render() {
    return html`${symbolSheet}
      ${casino.loggedIn ? html`${this.header()}${this.banner()}${this.view()}` : html`<croupier-login></croupier-login>`}
      <div class="sr" role="status" aria-live="polite" id="voice">${casino.announcement}</div>`;
  }

  protected override updated(): void {
    document.title = this.pageTitle();
    const again = this.route_.view === 'game' ? this.route_.again : undefined;
    if (again !== undefined && again !== this.again_ && casino.balance !== undefined) {
      this.again_ = again;
      void casino.showAgain(again).catch(() => undefined); // The history says what is wrong with it.
    }
    if (!this.moved_) return;
    this.moved_ = false;
    void this.arrive();
  }

  /** After a move to another view: the reader is at its heading. */
  private async arrive(): Promise<void> {
    const view = this.querySelector('#voice')?.previousElementSibling as LitElement | null | undefined;
    if (!view || view === this.shown_) return;
    this.shown_ = view;
    await view.updateComplete;
    view.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  private pageTitle(): string {
    switch (this.route_.view) {
      case 'game': return `${casino.game(this.route_.game)?.name ?? 'Game'} · Croupier`;
      case 'history': return 'History · Croupier';
      case 'round': return `Round ${this.route_.round} · Croupier`;
      case 'lobby': return 'Croupier';
    }
  }

  private header() {
    const balance = casino.balance;
    return html`<header class="top">
      <a class="brand" href="#/" aria-label="Croupier, lobby">${wordmark}<span>Croupier</span></a>
      <dl class="meters">
        <div class="balance"><dt>Balance</dt><dd id="balance" data-minor=${casino.shownBalance ?? ''} data-version=${balance?.version ?? ''}>
          ${balance === undefined ? '…' : money(casino.shownBalance ?? 0, balance)}</dd></div>
        ${(balance?.bonus ?? 0) > 0 ? html`<div class="bonus"><dt>Bonus</dt><dd id="bonus">${money(balance?.bonus ?? 0, balance!)}</dd></div>` : ''}
        <div><dt>Net this session</dt><dd id="net">${balance === undefined ? '…' : signedMoney(casino.net, balance)}</dd></div>
        <div><dt>Time</dt><dd id="time"><croupier-clock></croupier-clock></dd></div>
        <div class="players"><dt>Online</dt><dd id="players">${casino.players ?? '…'}</dd></div>
      </dl>
      <nav class="menu" aria-label="Main">
        <a href="#/history/rounds" aria-current=${this.route_.view === 'history' ? 'page' : 'false'}>History</a>
        <button type="button" aria-pressed=${soundOn()} @click=${this.toggleSound}>Sound ${soundOn() ? 'on' : 'off'}</button>
        <button type="button" class="leave" @click=${() => casino.leave()}>Leave<span class="sr"> as ${casino.kept?.nickname}</span></button>
      </nav>
    </header>`;
  }

  private banner() {
    const connection = casino.connection;
    if (connection.kind === 'closed') return this.closed(connection.reason);
    if (connection.kind === 'reconnecting') {
      return html`<p class="banner warn" data-banner="reconnecting"><span class="dot"></span>Connection lost. Reconnecting… Your money is safe with the house.
        <button type="button" @click=${() => casino.client?.wake()}>Try now</button></p>`;
    }
    if (casino.draining) return html`<p class="banner warn" data-banner="draining"><span class="dot"></span>The casino is closing for a moment. You will be reconnected.</p>`;
    if (casino.returned !== undefined) {
      return html`<p class="banner good" data-banner=${casino.returned}>${casino.returned === 'resumed' ? 'Back online. Nothing was missed.' : 'Back online. Everything is up to date.'}</p>`;
    }
    const jackpot = casino.jackpotShown;
    if (jackpot !== undefined) {
      return html`<p class="banner good" data-banner="jackpot" role="status">You won the jackpot: ${money(jackpot.jackpot ?? 0, jackpot.balance)}!</p>`;
    }
    const waiting = casino.waiting;
    if (waiting !== undefined && !(this.route_.view === 'game' && this.route_.game === waiting.game)) {
      return html`<p class="banner warn" data-banner="waiting"><span class="dot"></span>A round waits for your choice; its stake of ${money(waiting.stake, waiting.balance)} is held.
        <a href="#/game/${encodeURIComponent(waiting.game)}">Finish it</a></p>`;
    }
    const again = casino.again;
    if (again !== undefined) {
      return html`<p class="banner" data-banner="again"><span>Replay of round ${again.round}, ${when(again.at)}. Nothing is staked and nothing is won.</span>
        <a href="#/round/${again.round}">Back to it</a></p>`;
    }
    const recovered = casino.recovered?.result;
    if (recovered !== undefined && recovered.awaits === undefined) {
      return html`<p class="banner good" data-banner="recovered">Your last round was decided: stake ${money(recovered.stake, recovered.balance)},
        win ${money(recovered.win + (recovered.jackpot ?? 0), recovered.balance)}. <a href="#/round/${recovered.round}">Look at it</a></p>`;
    }
    return '';
  }

  private closed(reason: string) {
    const texts: Record<string, [string, string]> = {
      taken_over: ['This session goes on in another window.', 'Play here instead'],
      logged_out: ['Your session has ended.', 'Log in again'],
      protocol_error: ['This page and the server do not understand each other. Reload it.', 'Reload'],
      stopped: ['Disconnected.', 'Connect'],
    };
    const [text, action] = texts[reason] ?? ['Disconnected.', 'Connect'];
    return html`<p class="banner bad" data-banner=${reason} role="alert">${text}
      <button type="button" @click=${() => this.again(reason)}>${action}</button></p>`;
  }

  private again(reason: string): void {
    if (reason === 'logged_out') casino.forget();
    else if (reason === 'protocol_error') location.reload();
    else casino.client?.start();
  }

  private view() {
    const route = this.route_;
    switch (route.view) {
      case 'lobby': return html`<croupier-lobby></croupier-lobby>`;
      case 'history': return html`<croupier-history .tab=${route.tab}></croupier-history>`;
      case 'round': return html`<croupier-round .round=${route.round}></croupier-round>`;
      case 'game': {
        const game = casino.game(route.game);
        if (game === undefined) {
          return html`<main><h1 tabindex="-1">${casino.games.length === 0 ? 'One moment…' : 'There is no such game'}</h1><p><a class="back" href="#/">Lobby</a></p></main>`;
        }
        switch (game.kind) {
          case 'slot': return html`<croupier-slot .game=${game}></croupier-slot>`;
          case 'roulette': return html`<croupier-roulette .game=${game}></croupier-roulette>`;
          case 'dice': return html`<croupier-dice .game=${game}></croupier-dice>`;
          case 'video-poker': return html`<croupier-poker .game=${game}></croupier-poker>`;
        }
      }
    }
  }

  /** In a recording: plays a round as if the player had asked for it here, unless another is not decided yet. */
  async act(request: SpinRequest): Promise<void> {
    if (casino.busy) return;
    await this.go(request.game);
    const view = this.querySelector<SlotView | RouletteView | DiceView | PokerView>(kGameViews);
    // This page may be a moment behind the one that the player had: the film waits for it.
    for (let tries = 0; view !== null && tries < kFilmPatience; tries++) {
      if (view.act(request)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    void casino.spin(request).catch(() => undefined).finally(() => casino.withhold(0)); // Decided, though not shown.
  }

  /** In a recording: makes the choice that a round waits for. */
  async choose(round: string, choice: number): Promise<void> {
    if (casino.busy) return;
    const view = this.querySelector<SlotView | PokerView>('croupier-slot, croupier-poker');
    for (let tries = 0; view !== null && tries < kFilmPatience; tries++) {
      if (view.choose(round, choice)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    void casino.choose(round, choice).catch(() => undefined).finally(() => casino.withhold(0)); // Decided, though not shown.
  }

  private async go(game: string): Promise<void> {
    const hash = `#/game/${encodeURIComponent(game)}`;
    if (location.hash === hash) return;
    location.hash = hash;
    await new Promise((resolve) => window.addEventListener('hashchange', resolve, { once: true }));
    await this.updateComplete;
    await this.querySelector<LitElement>(kGameViews)?.updateComplete;
  }

  private toggleSound(): void {
    setSound(!soundOn());
    this.requestUpdate();
  }
}
