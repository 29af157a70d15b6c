import { html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { CroupierError } from 'croupier-client';
import type { Bet, OutcomeEvent, RouletteInfo, SpinRequest, SpinResult } from 'croupier-client';
import { casino } from '../casino.js';
import { View } from '../element.js';
import { kMalfunction, money, rtp, shortMoney } from '../format.js';
import { pause, roundMs } from '../motion.js';
import { sound } from '../sound.js';
import { add, betsOf, chipValues, chipsOf, kNoChips, remove, total } from './chips.js';
import type { Chips } from './chips.js';
import { colourOf, kWheels, pocketName, spotOf } from './layout.js';
import type { SpotEvent } from './table.js';
import type { Wheel } from './wheel.js';
import './table.js';

interface Result {
  number: number;
  stake: number;
  win: number;
  bets: { label: string; stake: number; win: number }[];
}

const kUndoMax = 100;
const kRecentMax = 12;

/** Single-player roulette: place chips, spin, see each bet's result. */
@customElement('croupier-roulette')
export class RouletteView extends View {
  @property({ attribute: false }) game!: RouletteInfo;
  @state() private chips_: Chips = kNoChips;
  @state() private before_: Chips[] = [];
  @state() private last_: Chips = kNoChips;
  @state() private chip_ = 0;
  @state() private playing_ = false;
  @state() private result_: Result | undefined;
  @state() private recent_: number[] = [];
  @state() private problem_ = '';
  @query('croupier-wheel') private wheel_!: Wheel;
  private recovered_: OutcomeEvent | undefined;

  protected override willUpdate(): void {
    if (this.chip_ === 0) this.chip_ = chipValues(this.game)[2] ?? this.game.stake_min;
  }

  protected override render() {
    const sum = total(this.chips_);
    const lacking = sum > (casino.shownBalance ?? 0);
    return html`<main class="game roulette">
      <div class="title"><a class="back" href="#/">Lobby</a><h1 tabindex="-1">${this.game.name}</h1></div>
      <div class="pit">
        <section class="bowl" aria-label="Wheel">
          <croupier-wheel .kind=${this.game.definition.wheel}></croupier-wheel>
          ${this.verdict()}
          <ol class="recent" aria-label="Last numbers">${this.recent_.map((number) => html`<li class=${colourOf(number)}>${pocketName(number)}</li>`)}</ol>
        </section>
        <section class="board" aria-label="Bets">
          <croupier-table .game=${this.game} .chips=${this.chips_} .drawn=${this.result_?.number} .locked=${this.playing_}
            @spot-place=${this.place} @spot-clear=${this.take}></croupier-table>
          <div class="rack" role="radiogroup" aria-label="Chip" @keydown=${this.rackKey}>
            ${chipValues(this.game).map((value, i) => html`<button type="button" role="radio" class="chip big c${i}" aria-checked=${value === this.chip_}
              tabindex=${value === this.chip_ ? 0 : -1} aria-label="Chip ${money(value, this.game)}" data-chip=${value}
              @click=${() => (this.chip_ = value)}>${shortMoney(value, this.game)}</button>`)}
          </div>
          <div class="controls">
            <div class="tools">
              <button ?disabled=${this.playing_ || this.before_.length === 0} @click=${this.undo}>Undo</button>
              <button ?disabled=${this.playing_ || this.chips_.size === 0} @click=${() => this.set(kNoChips)}>Clear</button>
              <button ?disabled=${this.playing_ || this.last_.size === 0} @click=${() => this.set(this.last_)}>Repeat</button>
            </div>
            <div class="sum"><span>Stake</span><output>${money(sum, this.game)}</output></div>
            <button class="primary spin" ?disabled=${this.playing_ || casino.busy || sum === 0 || lacking} @click=${this.spin}>
              ${this.playing_ ? 'No more bets' : lacking ? 'Balance too low' : 'Spin'}</button>
          </div>
          <p class="problem" role="alert">${this.problem_}</p>
          ${this.results()}
        </section>
      </div>
      ${this.rules()}
    </main>`;
  }

  /** What the table pays, from its definition. */
  private rules() {
    const { bets, la_partage: halves, wheel } = this.game.definition;
    return html`<details class="rules card">
      <summary>Bets and rules</summary>
      <p>The wheel has ${kWheels[wheel].length} pockets${wheel === 'american' ? ', with two zeros' : ''}. A bet that wins comes back with what it pays on top.
        ${halves ? 'La partage: when the zero falls, half the stake of a bet that pays 1 to 1 comes back.' : ''}
        Theoretical return to player: ${rtp(this.game.rtp_ppm)}, or as shown. ${kMalfunction}</p>
      <table class="odds"><thead><tr><th scope="col">Bet</th><th scope="col">Pays</th><th scope="col">Return</th></tr></thead>
        <tbody>${bets.map(({ kind, pays, rtp_ppm: back }) => html`<tr><th scope="row">${kind.replace('_', ' ')}</th><td>${pays} to 1</td><td>${rtp(back)}</td></tr>`)}</tbody></table>
    </details>`;
  }

  private verdict() {
    const result = this.result_;
    if (result === undefined) return html`<p class="verdict">${this.waiting()}</p>`;
    const won = result.win > result.stake;
    return html`<p class="verdict ${won ? 'win' : ''}">
      <span class="pocket ${colourOf(result.number)}">${pocketName(result.number)}</span>
      <span>${won ? html`You win <strong>${money(result.win, this.game)}</strong>`
        : result.win > 0 ? `Returned ${money(result.win, this.game)} of ${money(result.stake, this.game)}` : 'No win this time.'}</span>
    </p>`;
  }

  private waiting(): string {
    if (casino.patience !== undefined) return `${casino.patience} Trying again…`;
    if (!this.playing_) return 'Place your bets.';
    return casino.connection.kind === 'online' ? 'No more bets.' : 'Your bets are kept and will be decided exactly once.';
  }

  private results() {
    const result = this.result_;
    if (result === undefined) return '';
    return html`<table class="bets"><caption>Bets on ${pocketName(result.number)} ${colourOf(result.number)}</caption>
      <thead><tr><th scope="col">Bet</th><th scope="col">Stake</th><th scope="col">Comes back</th></tr></thead>
      <tbody>${result.bets.map((bet) => html`<tr class=${bet.win > 0 ? 'won' : ''}>
        <th scope="row">${bet.label}</th><td>${money(bet.stake, this.game)}</td><td>${bet.win > 0 ? money(bet.win, this.game) : '–'}</td></tr>`)}</tbody>
    </table>`;
  }

  private place(event: SpotEvent): void {
    const { spot } = event.detail;
    if (total(this.chips_) + this.chip_ > this.game.stake_max) {
      this.problem_ = `The table takes up to ${money(this.game.stake_max, this.game)} a round.`;
      return;
    }
    this.set(add(this.chips_, spot.key, this.chip_));
    sound.chip();
    casino.say(`${spot.label}: ${money(this.chips_.get(spot.key) ?? 0, this.game)}. Total ${money(total(this.chips_), this.game)}.`);
  }

  private take(event: SpotEvent): void {
    const { spot } = event.detail;
    if (!this.chips_.has(spot.key)) return;
    this.set(remove(this.chips_, spot.key));
    casino.say(`${spot.label} cleared. Total ${money(total(this.chips_), this.game)}.`);
  }

  private set(chips: Chips): void {
    this.before_ = [...this.before_, this.chips_].slice(-kUndoMax);
    this.chips_ = chips;
    this.problem_ = '';
    this.result_ = undefined;
  }

  private undo(): void {
    const chips = this.before_.at(-1);
    if (chips === undefined) return;
    this.before_ = this.before_.slice(0, -1);
    this.chips_ = chips;
    casino.say(`Undone. Total ${money(total(chips), this.game)}.`);
  }

  private rackKey(event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const values = chipValues(this.game);
    const next = values[(values.indexOf(this.chip_) + step + values.length) % values.length];
    if (next === undefined) return;
    this.chip_ = next;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`[data-chip="${next}"]`)?.focus());
  }

  /** A round that was begun before the page was loaded is shown like any other. */
  protected override updated(): void {
    const recovered = casino.recovered;
    if (recovered?.result.game !== this.game.game || recovered === this.recovered_ || this.playing_) return;
    this.recovered_ = recovered;
    const bets = 'bets' in recovered.request ? recovered.request.bets : [];
    this.chips_ = chipsOf(bets);
    void this.show(bets, Promise.resolve(recovered.result));
  }

  /** Plays this round as if the player had asked for it here; false if the last one is still being shown. */
  act(request: SpinRequest): boolean {
    if (this.playing_ || request.game !== this.game.game || !('bets' in request)) return false;
    this.chips_ = chipsOf(request.bets);
    void this.show(request.bets, casino.spin(request));
    return true;
  }

  private spin(): void {
    const bets = betsOf(this.game.definition.wheel, this.chips_);
    void this.show(bets, casino.spin({ game: this.game.game, bets }));
  }

  private async show(bets: Bet[], decision: Promise<SpinResult>): Promise<void> {
    const begun = performance.now();
    this.playing_ = true;
    this.result_ = undefined;
    this.problem_ = '';
    sound.spin();
    this.wheel_.turn();
    try {
      const result = await decision;
      const pocket = result.outcome.events.find((event) => event.ev === 'pocket');
      if (pocket === undefined) throw new Error('The round has no number.');
      await this.wheel_.land(pocket.number);
      this.signal.throwIfAborted();
      this.finish(result, bets, pocket.number);
      await pause(Math.max(0, roundMs(this.game) - (performance.now() - begun)), this.signal);
    } catch (error) {
      if (this.signal.aborted) return;
      this.wheel_.rest();
      this.problem_ = error instanceof CroupierError ? error.message : String(error);
    } finally {
      this.playing_ = false;
    }
  }

  private finish(result: SpinResult, bets: Bet[], number: number): void {
    const { win, stake, balance } = result;
    const results = result.outcome.events.flatMap((event) => {
      if (event.ev !== 'bet') return [];
      const bet = bets[event.index];
      const label = (bet && spotOf(this.game.definition.wheel, bet.kind, bet.numbers ?? [])?.label) ?? `Bet ${event.index + 1}`;
      return [{ label, stake: event.stake, win: event.win }];
    });
    this.result_ = { number, stake, win, bets: results };
    this.recent_ = [number, ...this.recent_].slice(0, kRecentMax);
    this.last_ = this.chips_;
    this.chips_ = kNoChips;
    this.before_ = [];
    casino.withhold(0);
    if (win > stake) sound.win();
    const sum = win > stake ? `You win ${money(win, this.game)}.` : win > 0 ? `Returned ${money(win, this.game)}.` : 'No win.';
    casino.say(`${pocketName(number)} ${colourOf(number)}. ${sum} Balance ${money(balance.available, balance)}.`);
  }
}
