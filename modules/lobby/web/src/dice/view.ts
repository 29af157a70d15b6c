import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { CroupierError } from 'croupier-client';
import type { DiceInfo, FairPairs, OutcomeEvent, SpinRequest, SpinResult } from 'croupier-client';
import { casino } from '../casino.js';
import { View } from '../element.js';
import { kMalfunction, money, rtp } from '../format.js';
import { pause, reducedMotion, roundMs } from '../motion.js';
import { stakesOf } from '../slot/script.js';
import { sound } from '../sound.js';
import { verifyLink } from '../views/fair.js';
import { betOf, labelOf, pays } from './rules.js';
import type { Side } from './rules.js';

const randomSeed = () => [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const percent = (hundredths: number) => (hundredths / 100).toFixed(2);

/** Dice: choose how probable a win is, roll, and check it. */
@customElement('croupier-dice')
export class DiceView extends View {
  @property({ attribute: false }) game!: DiceInfo;
  @state() private stake_ = 0;
  @state() private side_: Side = 'under';
  @state() private chance_ = 5000;
  @state() private playing_ = false;
  @state() private rolling_: number | undefined;
  @state() private result_: { number: number; win: number; stake: number } | undefined;
  @state() private pairs_: FairPairs | undefined;
  @state() private own_ = '';
  @state() private problem_ = '';
  private recovered_: OutcomeEvent | undefined;

  protected override willUpdate(): void {
    if (this.stake_ !== 0) return;
    this.stake_ = this.game.stake_min;
    void this.loadSeeds();
  }

  protected override render() {
    const { definition: rules } = this.game;
    const stakes = stakesOf(this.game);
    const place = stakes.indexOf(this.stake_);
    const times = pays(rules, this.chance_);
    const affordable = (casino.shownBalance ?? 0) >= this.stake_;
    const won = this.result_ !== undefined && this.result_.win > this.result_.stake;
    return html`<main class="game dice">
      <div class="title"><a class="back" href="#/">Lobby</a><h1 tabindex="-1">${this.game.name}</h1></div>
      <section class="cabinet" aria-label="Dice">
        <div class="marquee"><span>Wins ${labelOf(betOf(this.side_, this.chance_, 0, rules))}</span><span>Pays ${percent(times)} ×</span></div>
        <p class="roll ${won ? 'win' : ''}">${this.shown()}</p>
        <div class="message ${won ? 'win' : ''}">${this.message()}</div>
      </section>
      <div class="choice">
        <button aria-pressed=${this.side_ === 'under'} @click=${() => (this.side_ = 'under')}>Under</button>
        <button aria-pressed=${this.side_ === 'over'} @click=${() => (this.side_ = 'over')}>Over</button>
        <label>Chance of a win: ${percent(this.chance_)} %
          <input type="range" min=${rules.chance_min} max=${rules.chance_max} step="50" .value=${String(this.chance_)}
            @input=${(event: Event) => (this.chance_ = Number((event.target as HTMLInputElement).value))}></label>
      </div>
      <div class="controls">
        <div class="stake" role="group" aria-label="Stake">
          <button aria-label="Lower stake" ?disabled=${this.playing_ || place <= 0} @click=${() => (this.stake_ = stakes[place - 1]!)}>−</button>
          <div><span id="stake-label">Stake</span><output aria-labelledby="stake-label">${money(this.stake_, this.game)}</output></div>
          <button aria-label="Higher stake" ?disabled=${this.playing_ || place >= stakes.length - 1} @click=${() => (this.stake_ = stakes[place + 1]!)}>+</button>
        </div>
        <button class="primary spin" ?disabled=${this.playing_ || casino.busy || !affordable} @click=${this.spin}>
          ${this.playing_ ? 'Rolling' : affordable ? 'Roll' : 'Balance too low'}</button>
      </div>
      <p class="problem" role="alert">${this.problem_}</p>
      ${this.seeds()}
      <details class="rules card"><summary>Rules</summary>
        <p>A number from 0.00 to ${percent(rules.outcomes - 1)} falls, each as probable as any other. A bet wins under its number, or from its
          number on, and pays what its chance allows less ${(rules.edge_ppm / 10_000).toFixed(2)} %, rounded down to a hundredth of the stake.
          Theoretical return to player: at least ${rtp(this.game.rtp_ppm)}. ${kMalfunction}</p>
      </details>
    </main>`;
  }

  /** The pair of seeds that decides, and those that have been revealed. */
  private seeds() {
    const { current, next, past } = this.pairs_ ?? { current: null, next: null, past: [] };
    return html`<details class="rules card seeds"><summary>Provably fair</summary>
      <p>Each number follows from two seeds and the count of your rounds. The casino promises its seed by a hash before you choose yours; new
        seeds reveal its old one, and you can check every round of it.</p>
      <dl><div><dt>The casino's seed has the hash</dt><dd>${current?.commitment ?? '–'}</dd></div>
        <div><dt>Your seed</dt><dd>${current?.client_seed ?? '–'}</dd></div><div><dt>Rounds played with them</dt><dd>${current?.rounds ?? 0}</dd></div>
        <div><dt>The casino's next seed has the hash</dt><dd>${next?.commitment ?? '–'}</dd></div></dl>
      <form @submit=${this.renew}><label>Your next seed <input .value=${this.own_} pattern="[A-Za-z0-9_\\-]{1,64}" maxlength="64" required
        @input=${(event: Event) => (this.own_ = (event.target as HTMLInputElement).value)}></label><button ?disabled=${this.playing_}>New seeds</button></form>
      ${past.length === 0 ? '' : html`<ul>${past.map((one) => html`<li>Seeds ${one.seeds}, ${one.rounds} rounds:
        <a href=${verifyLink(one, 1, this.game.definition)} target="_blank">verify</a></li>`)}</ul>`}
    </details>`;
  }

  private shown(): string {
    const number = this.rolling_ ?? this.result_?.number;
    return number === undefined ? '–' : percent(number);
  }

  private message() {
    if (casino.patience !== undefined) return `${casino.patience} Trying again…`;
    const result = this.result_;
    if (result === undefined) return this.playing_ ? '\u00a0' : 'Choose your chance and roll.';
    return result.win > result.stake ? html`<span>You win</span> <strong>${money(result.win, this.game)}</strong>` : 'No win this time.';
  }

  private async loadSeeds(): Promise<void> {
    try {
      const pairs = await casino.api.seeds(this.game.game);
      // The casino has promised its seed by now, without knowing this one; a default it would have known.
      this.pairs_ = pairs.current === null ? await casino.api.renewSeeds(this.game.game, 0, randomSeed()) : pairs;
      if (this.own_ === '') this.own_ = randomSeed();
    } catch {
      // Shown as none; the next roll asks again.
    }
  }

  private async renew(event: Event): Promise<void> {
    event.preventDefault();
    this.problem_ = '';
    try {
      this.pairs_ = await casino.api.renewSeeds(this.game.game, this.pairs_?.current?.seeds ?? 0, this.own_);
      casino.say('New seeds. The old one of the casino is revealed.');
      this.own_ = '';
      await this.loadSeeds();
    } catch (error) {
      this.problem_ = error instanceof CroupierError ? error.message : String(error);
      await this.loadSeeds();
    }
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
    if (this.playing_ || request.game !== this.game.game || !('bets' in request)) return false;
    void this.show(casino.spin(request));
    return true;
  }

  private spin(): void {
    const bets = [betOf(this.side_, this.chance_, this.stake_, this.game.definition)];
    void this.show(casino.spin({ game: this.game.game, bets }));
  }

  private async show(decision: Promise<SpinResult>): Promise<void> {
    const begun = performance.now();
    this.playing_ = true;
    this.result_ = undefined;
    this.problem_ = '';
    sound.spin();
    try {
      const result = await decision;
      const roll = result.outcome.events.find((event) => event.ev === 'roll');
      if (roll === undefined) throw new Error('The round has no number.');
      for (let turns = reducedMotion() ? 0 : 12; turns > 0; turns--) {
        this.rolling_ = Math.floor(Math.random() * this.game.definition.outcomes); // For show only: the number came from the server.
        await pause(60, this.signal);
      }
      this.rolling_ = undefined;
      this.result_ = { number: roll.number, win: result.win, stake: result.stake };
      casino.withhold(0);
      if (result.win > result.stake) sound.win();
      const sum = result.win > 0 ? `You win ${money(result.win, this.game)}.` : 'No win.';
      casino.say(`${percent(roll.number)}. ${sum} Balance ${money(result.balance.available, result.balance)}.`);
      void this.loadSeeds();
      await pause(Math.max(0, roundMs(this.game) - (performance.now() - begun)), this.signal);
    } catch (error) {
      if (this.signal.aborted) return;
      this.problem_ = error instanceof CroupierError ? error.message : String(error);
    } finally {
      this.rolling_ = undefined;
      this.playing_ = false;
    }
  }
}
