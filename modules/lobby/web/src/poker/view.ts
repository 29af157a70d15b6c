import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { CroupierError } from 'croupier-client';
import type { OutcomeEvent, SpinRequest, SpinResult, VideoPokerInfo } from 'croupier-client';
import { casino } from '../casino.js';
import { View } from '../element.js';
import { kMalfunction, money, rtp, when } from '../format.js';
import { pause, reducedMotion, roundMs } from '../motion.js';
import { sound } from '../sound.js';
import { handOf, isRed, nameOf, rankOf, rowName, suitOf } from './cards.js';
import type { HandShown } from './cards.js';

/** One of each: 1, 2, 5, 10, 20, 50, … times the step, up to the most. */
function coinValues({ coin_min: min, coin_max: max, coin_step: step }: VideoPokerInfo['definition']): number[] {
  const values: number[] = [];
  for (let decade = step; decade <= max; decade *= 10) values.push(...[decade, 2 * decade, 5 * decade].filter((value) => value >= min && value <= max));
  return values.at(-1) === max ? values : [...values, max];
}

/** Video poker: five cards, hold what you like, draw once. A hand that was dealt waits for its player, on any device. */
@customElement('croupier-poker')
export class PokerView extends View {
  @property({ attribute: false }) game!: VideoPokerInfo;
  @state() private coins_ = 0;
  @state() private coin_ = 0;
  @state() private held_ = 0;
  @state() private hand_: HandShown | undefined;
  @state() private playing_ = false;
  @state() private problem_ = '';
  @state() private missed_: string | undefined;
  private shownRound_ = '';
  private recovered_: OutcomeEvent | undefined;

  protected override willUpdate(): void {
    if (this.coins_ === 0) [this.coins_, this.coin_] = [this.game.definition.coins, this.game.definition.coin_min];
  }

  /** The round that waits for a choice here. */
  private get waiting(): SpinResult | undefined {
    return casino.waiting?.game === this.game.game ? casino.waiting : undefined;
  }

  protected override render() {
    const { definition: rules } = this.game;
    const waiting = this.waiting;
    const values = coinValues(rules);
    const place = values.indexOf(this.coin_);
    const stake = this.coins_ * this.coin_;
    const affordable = (casino.shownBalance ?? 0) >= stake;
    const still = this.playing_ || waiting !== undefined;
    return html`<main class="game poker">
      <div class="title"><a class="back" href="#/">Lobby</a><h1 tabindex="-1">${this.game.name}</h1></div>
      <section class="cabinet" aria-label="Cards">
        <ol class="hand">${Array.from({ length: 5 }, (_, i) => html`<li>${this.card(i, waiting !== undefined)}</li>`)}</ol>
        <div class="message ${this.won ? 'win' : ''}">${this.message()}</div>
      </section>
      <div class="controls">
        <div class="stake" role="group" aria-label="Coins">
          <button aria-label="One coin less" ?disabled=${still || this.coins_ <= 1} @click=${() => (this.coins_ -= 1)}>−</button>
          <div><span id="coins-label">Coins</span><output aria-labelledby="coins-label">${this.coins_} = ${money(stake, this.game)}</output></div>
          <button aria-label="One coin more" ?disabled=${still || this.coins_ >= rules.coins} @click=${() => (this.coins_ += 1)}>+</button>
        </div>
        <div class="stake" role="group" aria-label="Coin value">
          <button aria-label="Smaller coin" ?disabled=${still || place <= 0} @click=${() => (this.coin_ = values[place - 1]!)}>−</button>
          <div><span id="coin-label">Coin</span><output aria-labelledby="coin-label">${money(this.coin_, this.game)}</output></div>
          <button aria-label="Larger coin" ?disabled=${still || place >= values.length - 1} @click=${() => (this.coin_ = values[place + 1]!)}>+</button>
        </div>
        ${waiting !== undefined
          ? html`<button class="primary spin" ?disabled=${this.playing_ || casino.busy} @click=${() => this.draw(waiting)}>Draw</button>`
          : html`<button class="primary spin" ?disabled=${this.playing_ || casino.busy || !affordable || casino.waiting !== undefined} @click=${this.deal}>
            ${affordable ? 'Deal' : 'Balance too low'}</button>`}
      </div>
      <p class="problem" role="alert">${this.problem_}${this.missed_ === undefined ? '' : html` <a href="#/round/${this.missed_}">Look at the hand</a>`}</p>
      <div class="scroll" role="region" aria-label="Pay table" tabindex="0"><table class="ledger hands"><caption class="sr">What a hand pays, in coins</caption>
        <thead><tr><th scope="col">Hand</th>${rules.rtp_ppm.map((_, i) => html`<th scope="col" class=${i + 1 === this.coins_ ? 'on' : ''}>${i + 1} ${i === 0 ? 'coin' : 'coins'}</th>`)}</tr></thead>
        <tbody>${rules.hands.map((row, at) => html`<tr class=${this.hand_?.row === at ? 'won' : ''}><th scope="row">${rowName(row)}</th>
          ${row.pays.map((pays, i) => html`<td class=${i + 1 === this.coins_ ? 'on' : ''}>${pays}</td>`)}</tr>`)}</tbody>
        <tfoot><tr><th scope="row">Return to player</th>${rules.rtp_ppm.map((ppm, i) => html`<td class=${i + 1 === this.coins_ ? 'on' : ''}>${rtp(ppm)}</td>`)}</tr></tfoot>
      </table></div>
      <details class="rules card"><summary>Rules</summary>
        <p>Five cards from one deck of 52, shuffled for every hand. Hold any of them; the others are replaced once, from the same deck. The hand then pays
          by the first row that it fits. The returns are those of a player who always holds what is best.</p>
        <p>A hand that was dealt waits for you, also on another device${this.game.choice_ms === undefined ? '' : html`, for ${Math.round(this.game.choice_ms / 3600e3 * 10) / 10} hours`}.
          After that all five cards are held for you and the hand is paid as it was dealt. Until it is finished no other game begins. ${kMalfunction}</p>
      </details>
    </main>`;
  }

  private card(place: number, choosing: boolean) {
    const card = this.hand_?.cards[place];
    if (card === undefined) return html`<span class="card-back" aria-hidden="true"></span>`;
    const held = choosing ? (this.held_ >> place & 1) === 1 : this.hand_?.held?.includes(place) ?? false;
    return html`<button class="playing-card ${isRed(card) ? 'red' : ''}" aria-pressed=${held}
      ?disabled=${!choosing || this.playing_} @click=${() => (this.held_ ^= 1 << place)}>
      <span class="sr">Hold the ${nameOf(card)}</span><span aria-hidden="true">${rankOf(card)}<br>${suitOf(card)}</span><small aria-hidden="true">${held ? 'Held' : ''}</small></button>`;
  }

  private get won(): boolean {
    return this.hand_?.row !== undefined && this.waiting === undefined && this.hand_.win > this.coins_ * this.coin_;
  }

  private message() {
    if (casino.patience !== undefined) return `${casino.patience} Trying again…`;
    if (this.waiting !== undefined) return `Choose the cards to hold, then draw. The hand waits until ${when(this.waiting.awaits!.until)}.`;
    const hand = this.hand_;
    if (hand === undefined) return this.playing_ ? '\u00a0' : 'Choose your coins and deal.';
    if (hand.row === undefined) return 'No win this time.';
    const name = rowName(this.game.definition.hands[hand.row]!);
    return html`<span>${name} ${this.won ? 'wins' : 'pays'}</span> <strong>${money(hand.win, this.game)}</strong>`;
  }

  /** A hand that waits, from before the page was loaded or from another device, is on the table. */
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
    if (this.playing_ || request.game !== this.game.game || !('bets' in request)) return false;
    void this.show(casino.spin(request));
    return true;
  }

  /** Makes this choice as if the player had; false if it is not asked for here. */
  choose(round: string, choice: number): boolean {
    if (this.playing_ || this.waiting?.round !== round) return false;
    this.held_ = choice;
    void this.show(casino.choose(round, choice));
    return true;
  }

  private deal(): void {
    this.hand_ = undefined;
    const bets = [{ kind: 'coins', numbers: [this.coins_], stake: this.coins_ * this.coin_ }];
    void this.show(casino.spin({ game: this.game.game, bets }));
  }

  private draw(round: SpinResult): void {
    void this.show(casino.choose(round.round, this.held_));
  }

  private lay(result: SpinResult): void {
    this.shownRound_ = result.round;
    this.hand_ = handOf(result.outcome.events);
    if (result.awaits !== undefined) this.held_ = 0;
  }

  private async show(decision: Promise<SpinResult>): Promise<void> {
    const begun = performance.now();
    this.playing_ = true;
    this.problem_ = '';
    this.missed_ = undefined;
    sound.spin();
    try {
      const result = await decision;
      this.lay(result);
      if (!reducedMotion()) await pause(300, this.signal);
      casino.withhold(0);
      const cards = this.hand_!.cards.map(nameOf).join(', ');
      if (result.awaits !== undefined) {
        casino.say(`${cards}. Choose the cards to hold.`);
        return;
      }
      if (result.win > result.stake) sound.win();
      const sum = result.win > 0 ? `You win ${money(result.win, this.game)}.` : 'No win.';
      casino.say(`${cards}. ${sum} Balance ${money(result.balance.available, result.balance)}.`);
      await pause(Math.max(0, roundMs(this.game) - (performance.now() - begun)), this.signal);
    } catch (error) {
      if (this.signal.aborted) return;
      this.problem_ = error instanceof CroupierError ? error.message : String(error);
      if (error instanceof CroupierError && error.code === 'round_closed') this.missed_ = this.shownRound_;
      void casino.lookForWaiting();
    } finally {
      this.playing_ = false;
    }
  }
}
