import { html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { CroupierError } from 'croupier-client';
import type { OutcomeEvent, SlotInfo, SpinRequest, SpinResult } from 'croupier-client';
import { casino } from '../casino.js';
import { View } from '../element.js';
import { money } from '../format.js';
import { pause, reducedMotion, roundMs } from '../motion.js';
import { sound } from '../sound.js';
import { linesOf, paytable } from './paytable.js';
import type { Reels } from './reels.js';
import { placeOf, stakesOf, turnsOf } from './script.js';
import type { Turn, Win } from './script.js';

const kStakeKey = 'croupier.stake.';

/** A slot: choose a stake, spin, see what it brought. */
@customElement('croupier-slot')
export class SlotView extends View {
  @property({ attribute: false }) game!: SlotInfo;
  @state() private stake_ = 0;
  @state() private playing_ = false;
  @state() private turn_: Turn | undefined;
  @state() private shown_: Win | undefined;
  /** The last round's sums, once all of it has been shown. */
  @state() private result_: { win: number; stake: number } | undefined;
  @state() private problem_ = '';
  @query('croupier-reels') private reels_!: Reels;
  private recovered_: OutcomeEvent | undefined;

  protected override willUpdate(): void {
    if (this.stake_ !== 0) return;
    const kept = Number(sessionStorage.getItem(kStakeKey + this.game.game));
    const stakes = stakesOf(this.game);
    this.stake_ = stakes.includes(kept) ? kept : (stakes[Math.min(2, stakes.length - 1)] ?? this.game.stake_min);
  }

  protected override render() {
    const stakes = stakesOf(this.game);
    const place = stakes.indexOf(this.stake_);
    const affordable = (casino.shownBalance ?? 0) >= this.stake_;
    return html`<main class="game slot">
      <div class="title"><a class="back" href="#/">Lobby</a><h1 tabindex="-1">${this.game.name}</h1></div>
      <section class="cabinet ${this.turn_ && this.turn_.free > 0 ? 'free' : ''}" aria-label="Reels">
        <div class="marquee">${this.marquee()}</div>
        <croupier-reels .definition=${this.game.definition} .shown=${this.shown_} .winning=${this.winning()}></croupier-reels>
        <div class="message ${this.celebrates ? 'win' : ''}">${this.message()}</div>
      </section>
      <div class="controls">
        <div class="stake" role="group" aria-label="Stake">
          <button aria-label="Lower stake" ?disabled=${this.playing_ || place <= 0} @click=${() => this.choose(stakes[place - 1])}>−</button>
          <div><span id="stake-label">Stake</span><output aria-labelledby="stake-label">${money(this.stake_, this.game)}</output></div>
          <button aria-label="Higher stake" ?disabled=${this.playing_ || place >= stakes.length - 1} @click=${() => this.choose(stakes[place + 1])}>+</button>
        </div>
        <button class="primary spin" ?disabled=${this.playing_ || casino.busy || !affordable} @click=${this.spin}>
          ${this.playing_ ? 'Good luck' : affordable ? 'Spin' : 'Balance too low'}</button>
      </div>
      <p class="problem" role="alert">${this.problem_}</p>
      ${paytable(this.game)}
    </main>`;
  }

  private marquee() {
    const turn = this.turn_;
    if (turn !== undefined && turn.free > 0) {
      return html`<strong>Free spin ${turn.free} of ${turn.free + turn.freeLeft}</strong><span>Won so far ${money(turn.winSoFar, this.game)}</span>`;
    }
    return html`<span>${linesOf(this.game.definition)}</span><span>Up to ${money(this.game.stake_max, this.game)} a spin</span>`;
  }

  private message() {
    if (casino.patience !== undefined) return html`${casino.patience} Trying again…`;
    if (this.playing_ && casino.busy && casino.connection.kind !== 'online') return 'Your spin is kept and will be decided exactly once.';
    if (this.shown_ !== undefined) return this.describe(this.shown_);
    const result = this.result_;
    if (result === undefined) return this.playing_ ? '\u00a0' : 'Choose your stake and spin.';
    if (this.celebrates) return html`<span>You win</span> <strong>${money(result.win, this.game)}</strong>`;
    return result.win > 0 ? `Returned ${money(result.win, this.game)} of ${money(result.stake, this.game)}` : 'No win this time.';
  }

  /** A return of no more than the stake is no win to be celebrated (RTS 14F). */
  private get celebrates(): boolean {
    return this.result_ !== undefined && this.result_.win > this.result_.stake;
  }

  private winning(): ReadonlySet<number> {
    return new Set(this.playing_ ? [] : this.turn_?.wins.flatMap((win) => win.cells));
  }

  private describe(win: Win): string {
    const name = this.game.definition.symbols.find(({ id }) => id === win.symbol)?.name ?? '';
    return `${placeOf(win)} · ${win.count} × ${name} · ${money(win.win, this.game)}`;
  }

  private choose(stake: number | undefined): void {
    if (stake === undefined) return;
    this.stake_ = stake;
    sessionStorage.setItem(kStakeKey + this.game.game, String(stake));
    casino.say(`Stake ${money(stake, this.game)}`);
  }

  /** A round that was begun before the page was loaded is shown like any other. */
  protected override updated(): void {
    const recovered = casino.recovered;
    if (recovered?.result.game !== this.game.game || recovered === this.recovered_ || this.playing_) return;
    this.recovered_ = recovered;
    void this.show(Promise.resolve(recovered.result));
  }

  /** Plays this round as if the player had asked for it here; false if the last one is still being shown. */
  act(request: SpinRequest): boolean {
    if (this.playing_ || request.game !== this.game.game || !('stake' in request)) return false;
    this.stake_ = request.stake;
    this.spin();
    return true;
  }

  private spin(): void {
    void this.show(casino.spin({ game: this.game.game, stake: this.stake_ }));
  }

  private async show(decision: Promise<SpinResult>): Promise<void> {
    const begun = performance.now();
    this.playing_ = true;
    this.result_ = undefined;
    this.turn_ = undefined;
    this.problem_ = '';
    sound.spin();
    try {
      void this.reels_.spin();
      await this.play(await decision);
      await pause(Math.max(0, roundMs(this.game) - (performance.now() - begun)), this.signal);
    } catch (error) {
      if (this.signal.aborted) return;
      this.reels_.rest();
      this.problem_ = error instanceof CroupierError ? error.message : String(error);
    } finally {
      this.playing_ = false;
    }
  }

  private async play(result: SpinResult): Promise<void> {
    const turns = turnsOf(result.outcome, this.game.definition);
    for (const turn of turns) {
      if (turn.free > 0) {
        this.turn_ = { ...turn, wins: [], winSoFar: turn.winSoFar - turn.wins.reduce((sum, { win }) => sum + win, 0) };
        void this.reels_.spin();
        await pause(reducedMotion() ? 300 : 400, this.signal);
      }
      await this.reels_.stop(turn.grid);
      this.signal.throwIfAborted();
      await this.showWins(turn);
    }
    this.result_ = { win: result.win, stake: result.stake };
    casino.withhold(0);
    if (this.celebrates) sound.win();
    casino.say(this.summary(result, turns));
  }

  /** Highlights one win after another. */
  private async showWins(turn: Turn): Promise<void> {
    this.turn_ = turn;
    for (const win of turn.wins) {
      this.shown_ = win;
      await pause(turn.wins.length > 4 ? 500 : 800, this.signal).finally(() => (this.shown_ = undefined));
    }
    if (turn.awarded > 0) {
      casino.say(`${turn.awarded} free spins.`);
      await pause(900, this.signal);
    }
  }

  private summary(result: SpinResult, turns: Turn[]): string {
    const balance = `Balance ${money(result.balance.available, result.balance)}.`;
    if (result.win === 0) return `No win. ${balance}`;
    const wins = turns.flatMap((turn) => turn.wins);
    const what = wins.length <= 3 ? wins.map((win) => this.describe(win)).join('. ') : `${wins.length} wins`;
    const sum = result.win > result.stake ? `You win ${money(result.win, this.game)}` : `Returned ${money(result.win, this.game)}`;
    return `${sum}. ${what}. ${balance}`;
  }
}
