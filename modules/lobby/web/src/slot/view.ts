import { html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { CroupierError } from 'croupier-client';
import type { OutcomeEvent, SlotInfo, SpinRequest, SpinResult } from 'croupier-client';
import { casino } from '../casino.js';
import { View } from '../element.js';
import { money, when } from '../format.js';
import { pause, reducedMotion, roundMs } from '../motion.js';
import { sound } from '../sound.js';
import { linesOf, paytable } from './paytable.js';
import type { Reels } from './reels.js';
import { boxesOf, placeOf, stakesOf, turnsOf } from './script.js';
import type { Boxes, Turn, Win } from './script.js';

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
  @state() private boxes_: Boxes | undefined;
  @query('croupier-reels') private reels_!: Reels;
  private recovered_: OutcomeEvent | undefined;
  /** The round whose paid spin is on the reels already. */
  private shownRound_ = '';

  /** The round that waits for a pick here. */
  private get waiting(): SpinResult | undefined {
    return casino.waiting?.game === this.game.game ? casino.waiting : undefined;
  }

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
    const still = this.playing_ || casino.waiting !== undefined;
    return html`<main class="game slot">
      <div class="title"><a class="back" href="#/">Lobby</a><h1 tabindex="-1">${this.game.name}</h1></div>
      <section class="cabinet ${this.turn_ && this.turn_.free > 0 ? 'free' : ''}" aria-label="Reels">
        <div class="marquee">${this.marquee()}</div>
        <croupier-reels .definition=${this.game.definition} .shown=${this.shown_} .winning=${this.winning()}></croupier-reels>
        ${this.boxes()}
        <div class="message ${this.celebrates ? 'win' : ''}">${this.message()}</div>
      </section>
      <div class="controls">
        <div class="stake" role="group" aria-label="Stake">
          <button aria-label="Lower stake" ?disabled=${still || place <= 0} @click=${() => this.setStake(stakes[place - 1])}>−</button>
          <div><span id="stake-label">Stake</span><output aria-labelledby="stake-label">${money(this.stake_, this.game)}</output></div>
          <button aria-label="Higher stake" ?disabled=${still || place >= stakes.length - 1} @click=${() => this.setStake(stakes[place + 1])}>+</button>
        </div>
        <button class="primary spin" ?disabled=${this.playing_ || this.waiting !== undefined || casino.busy || !affordable} @click=${this.spin}>
          ${this.waiting !== undefined ? 'Pick first' : this.playing_ ? 'Good luck' : affordable ? 'Spin' : 'Balance too low'}</button>
      </div>
      <p class="problem" role="alert">${this.problem_}</p>
      ${paytable(this.game)}
    </main>`;
  }

  private boxes() {
    const boxes = this.boxes_;
    if (boxes === undefined) return '';
    const { opened } = boxes;
    return html`<div class="boxes" role="group" aria-label="Pick one">${Array.from({ length: boxes.count }, (_, box) => opened === undefined
      ? html`<button ?disabled=${this.playing_ || casino.busy} @click=${() => this.pick(box)}><span class="sr">Pick box ${box + 1}</span><span aria-hidden="true">?</span></button>`
      : html`<span class=${box === opened.box ? 'won' : ''}><span class="sr">Box ${box + 1}${box === opened.box ? ', yours' : ''}: </span>${money(opened.wins[box] ?? 0, this.game)}</span>`)}</div>`;
  }

  private marquee() {
    const turn = this.turn_;
    if (turn !== undefined && turn.held.length > 0) {
      return html`<strong>Respin</strong><span>Won so far ${money(turn.winSoFar, this.game)}</span>`;
    }
    if (turn !== undefined && turn.free > 0) {
      return html`<strong>Free spin ${turn.free} of ${turn.free + turn.freeLeft}</strong><span>Won so far ${money(turn.winSoFar, this.game)}</span>`;
    }
    return html`<span>${linesOf(this.game.definition)}</span><span>Up to ${money(this.game.stake_max, this.game)} a spin</span>`;
  }

  private message() {
    if (casino.patience !== undefined) return html`${casino.patience} Trying again…`;
    if (this.playing_ && casino.busy && casino.connection.kind !== 'online') return 'Your spin is kept and will be decided exactly once.';
    if (this.shown_ !== undefined) return this.describe(this.shown_);
    if (this.waiting !== undefined && !this.playing_) return `Pick one. Your round waits until ${when(this.waiting.awaits!.until)}.`;
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

  private setStake(stake: number | undefined): void {
    if (stake === undefined) return;
    this.stake_ = stake;
    sessionStorage.setItem(kStakeKey + this.game.game, String(stake));
    casino.say(`Stake ${money(stake, this.game)}`);
  }

  /** A round that was begun before the page was loaded is shown like any other; one that waits, as it stands. */
  protected override updated(): void {
    const waiting = this.waiting;
    if (waiting !== undefined && waiting.round !== this.shownRound_ && !this.playing_) this.lay(waiting);
    const recovered = casino.recovered;
    if (recovered?.result.game !== this.game.game || recovered === this.recovered_ || this.playing_) return;
    this.recovered_ = recovered;
    if (recovered.result.awaits === undefined) void this.show(Promise.resolve(recovered.result));
  }

  /** Plays this round as if the player had asked for it here; false if the last one is still being shown. */
  act(request: SpinRequest): boolean {
    if (this.playing_ || request.game !== this.game.game || !('stake' in request)) return false;
    this.stake_ = request.stake;
    this.spin();
    return true;
  }

  /** Makes this choice as if the player had; false if it is not asked for here. */
  choose(round: string, choice: number): boolean {
    if (this.playing_ || this.waiting?.round !== round) return false;
    void this.show(casino.choose(round, choice), true);
    return true;
  }

  private pick(box: number): void {
    const waiting = this.waiting;
    if (waiting !== undefined) this.choose(waiting.round, box);
  }

  private lay(result: SpinResult): void {
    const turns = turnsOf(result.outcome, this.game.definition);
    this.shownRound_ = result.round;
    this.turn_ = turns.at(-1);
    this.boxes_ = boxesOf(result.outcome);
    this.result_ = undefined;
    if (this.turn_ !== undefined) this.reels_.set(this.turn_.grid);
  }

  private spin(): void {
    void this.show(casino.spin({ game: this.game.game, stake: this.stake_ }));
  }

  /** `picked`: it goes on from the boxes, which are on the screen. */
  private async show(decision: Promise<SpinResult>, picked = false): Promise<void> {
    const begun = performance.now();
    this.playing_ = true;
    this.problem_ = '';
    try {
      if (!picked) {
        this.result_ = undefined;
        this.turn_ = undefined;
        this.boxes_ = undefined;
        sound.spin();
        void this.reels_.spin();
      }
      await this.play(await decision);
      await pause(Math.max(0, roundMs(this.game) - (performance.now() - begun)), this.signal);
    } catch (error) {
      if (this.signal.aborted) return;
      if (!picked) this.reels_.rest();
      this.problem_ = error instanceof CroupierError ? error.message : String(error);
      if (error instanceof CroupierError && error.code === 'round_closed') this.boxes_ = undefined;
      void casino.lookForWaiting();
    } finally {
      this.playing_ = false;
    }
  }

  private async play(result: SpinResult): Promise<void> {
    const turns = turnsOf(result.outcome, this.game.definition);
    const boxes = boxesOf(result.outcome);
    const goesOn = boxes !== undefined && this.shownRound_ === result.round;
    if (!goesOn) await this.turns(turns.filter(({ free }) => free === 0));
    this.shownRound_ = result.round;
    this.boxes_ = boxes;
    if (result.awaits !== undefined) {
      casino.withhold(0);
      casino.say(`You won a pick. Choose one of ${boxes?.count ?? 0} boxes.`);
      return;
    }
    if (boxes?.opened !== undefined) {
      casino.say(`Your box has ${money(boxes.opened.win, this.game)}.`);
      await pause(1200, this.signal);
    }
    await this.turns(turns.filter(({ free }) => free > 0));
    this.result_ = { win: result.win, stake: result.stake };
    casino.withhold(0);
    if (this.celebrates) sound.win();
    casino.say(this.summary(result, turns));
  }

  private async turns(turns: Turn[]): Promise<void> {
    for (const turn of turns) {
      if (turn.free > 0 || turn.held.length > 0) {
        this.turn_ = { ...turn, wins: [], winSoFar: turn.winSoFar - turn.wins.reduce((sum, { win }) => sum + win, 0) };
        void this.reels_.spin(turn.held);
        await pause(reducedMotion() ? 300 : 400, this.signal);
      }
      await this.reels_.stop(turn.grid, turn.held);
      this.signal.throwIfAborted();
      await this.showWins(turn);
    }
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
    const box = boxesOf(result.outcome)?.opened;
    const what = box !== undefined ? `Your box had ${money(box.win, this.game)}` : wins.length <= 3 ? wins.map((win) => this.describe(win)).join('. ') : `${wins.length} wins`;
    const sum = result.win > result.stake ? `You win ${money(result.win, this.game)}` : `Returned ${money(result.win, this.game)}`;
    return `${sum}. ${what}. ${balance}`;
  }
}
