import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { CroupierError } from 'croupier-client';
import type { DiceInfo, FairPairs, Outcome, RoundDetail, SlotInfo, VideoPokerInfo } from 'croupier-client';
import { casino } from '../casino.js';
import { labelOf } from '../dice/rules.js';
import { handOf, rankOf, rowName, suitOf } from '../poker/cards.js';
import { View } from '../element.js';
import { money, signedMoney, when } from '../format.js';
import { colourOf, pocketName, spotOf } from '../roulette/layout.js';
import { boxesOf, placeOf, turnsOf } from '../slot/script.js';
import type { Turn } from '../slot/script.js';
import { drawSymbol } from '../symbols.js';
import { verifyLink } from './fair.js';

type Told = RoundDetail & { outcome: Outcome };
const hasOutcome = (detail: RoundDetail): detail is Told => detail.outcome !== null;

/** One round of the past: what fell, and what it paid. */
@customElement('croupier-round')
export class RoundView extends View {
  @property() round = '';
  @state() private detail_: RoundDetail | undefined;
  @state() private pairs_: FairPairs | undefined;
  @state() private problem_ = '';

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('round')) void this.load();
  }

  protected override render() {
    const detail = this.detail_;
    const jackpot = detail?.jackpot ?? 0;
    return html`<main class="round">
      <div class="title"><a class="back" href="#/history/rounds">History</a><h1 tabindex="-1">Round ${this.round}</h1></div>
      <p class="problem" role="alert">${this.problem_}</p>
      ${detail === undefined ? '' : html`
        <dl class="facts card">
          <div><dt>Game</dt><dd>${casino.game(detail.game)?.name ?? detail.game}</dd></div>
          <div><dt>Time</dt><dd>${when(detail.at)}</dd></div>
          <div><dt>Stake</dt><dd>${money(detail.stake, detail)}</dd></div>
          <div><dt>Win</dt><dd>${money(detail.win, detail)}</dd></div>
          ${jackpot === 0 ? '' : html`<div><dt>Jackpot</dt><dd>${money(jackpot, detail)}</dd></div>`}
          <div><dt>Result</dt><dd>${detail.status === 'voided' ? 'Void' : signedMoney(detail.win + jackpot - detail.stake, detail)}</dd></div>
          ${detail.balance === undefined ? '' : html`<div><dt>Balance then</dt><dd>${money(detail.balance.available, detail)}</dd></div>`}
        </dl>
        ${this.outcome(detail)}
        ${detail.outcome === null ? '' : html`<p><a href="#/game/${encodeURIComponent(detail.game)}/${this.round}">Show it again</a> at its game, as it was.</p>`}
        <p><button class="receipt" @click=${() => void this.receipt()}>Receipt</button> A file that proves this round, once its day is sealed.</p>`}
    </main>`;
  }

  private outcome(detail: RoundDetail) {
    if (!hasOutcome(detail)) return html`<p class="verdict">A malfunction ended this round: it is void, and its stake of ${money(detail.stake, detail)} came back.</p>`;
    const game = casino.game(detail.game);
    if (game?.kind === 'slot') return html`${turnsOf(detail.outcome, game.definition).map((turn) => this.turn(turn, game))}${this.boxes(detail, game)}`;
    if (game?.kind === 'dice') return this.dice(detail, game);
    if (game?.kind === 'video-poker') return this.poker(detail, game);
    const wheel = game?.definition.wheel ?? 'european';
    const pocket = detail.outcome.events.find((event) => event.ev === 'pocket');
    const results = detail.outcome.events.filter((event) => event.ev === 'bet');
    return html`${pocket === undefined ? '' : html`<p class="verdict"><span class="pocket ${colourOf(pocket.number)}">${pocketName(pocket.number)}</span> ${colourOf(pocket.number)}</p>`}
      <table class="bets"><caption class="sr">Bets</caption>
        <thead><tr><th scope="col">Bet</th><th scope="col">Stake</th><th scope="col">Comes back</th></tr></thead>
        <tbody>${results.map((result) => {
          const bet = detail.bets?.[result.index];
          return html`<tr class=${result.win > 0 ? 'won' : ''}><th scope="row">${(bet && spotOf(wheel, bet.kind, bet.numbers ?? [])?.label) ?? `Bet ${result.index + 1}`}</th>
            <td>${money(result.stake, detail)}</td><td>${result.win > 0 ? money(result.win, detail) : '–'}</td></tr>`;
        })}</tbody>
      </table>`;
  }

  private boxes(detail: Told, game: SlotInfo) {
    const boxes = boxesOf(detail.outcome);
    return boxes?.opened === undefined ? '' : html`<section class="card turn"><h2>The pick</h2>
      <p>Box ${boxes.opened.box + 1}${boxes.byRule ? ', by the rule: the time to choose was over' : ''}: ${money(boxes.opened.win, game)}.
        In the boxes were ${boxes.opened.wins.map((win) => money(win, game)).join(', ')}.</p></section>`;
  }

  private poker(detail: Told, { definition }: VideoPokerInfo) {
    const hand = handOf(detail.outcome.events);
    const cards = (list: number[]) => list.map((card) => `${rankOf(card)}${suitOf(card)}`).join(' ');
    return html`<dl class="facts card">
      <div><dt>Dealt</dt><dd>${cards(hand.dealt)}</dd></div>
      <div><dt>Held${hand.byRule ? ', by the rule: the time to choose was over' : ''}</dt><dd>${cards((hand.held ?? []).map((place) => hand.dealt[place]!)) || 'none'}</dd></div>
      <div><dt>In the end</dt><dd>${cards(hand.cards)}</dd></div>
      <div><dt>Hand</dt><dd>${hand.row === undefined ? 'No win' : rowName(definition.hands[hand.row]!)}</dd></div>
    </dl>`;
  }

  private dice(detail: Told, game: DiceInfo) {
    const { events } = detail.outcome;
    const roll = events.find((event) => event.ev === 'roll');
    const decided = events.find((event) => event.ev === 'fair');
    const [bet] = detail.bets ?? [];
    const past = this.pairs_?.past.find(({ seeds }) => seeds === decided?.seeds);
    return html`<p class="verdict"><span class="pocket">${((roll?.number ?? 0) / 100).toFixed(2)}</span> ${bet === undefined ? '' : labelOf(bet)}</p>
      ${decided === undefined ? '' : html`<p>Round ${decided.nonce} of seeds ${decided.seeds}. ${past !== undefined
        ? html`<a href=${verifyLink(past, decided.nonce, game.definition)} target="_blank">Verify this round</a>`
        : this.pairs_ === undefined ? '' : this.pairs_.current?.seeds === decided.seeds
          ? html`Ask for new seeds <a href="#/game/${detail.game}">at the table</a> to reveal the casino's, then verify it here.`
          : 'Its seeds are no longer kept here; the casino’s ledger has them.'}</p>`}`;
  }

  private turn(turn: Turn, game: SlotInfo) {
    const { rows, symbols } = game.definition;
    const name = (id: number) => symbols.find((symbol) => symbol.id === id)?.name ?? String(id);
    const won = new Set(turn.wins.flatMap((win) => win.cells));
    const label = Array.from({ length: rows }, (_, row) => `Row ${row + 1}: ${turn.grid.map((reel) => name(reel[row] ?? 0)).join(', ')}`).join('. ');
    return html`<section class="card turn">
      <h2>${turn.free > 0 ? `Free spin ${turn.free}` : turn.held.length > 0 ? 'Respin' : 'The spin'}</h2>
      <div class="small-reels" role="img" aria-label=${label}>${turn.grid.map((reel, r) => html`<div>${reel.map((id, row) =>
        html`<div class="cell ${won.has(r * rows + row) ? 'won' : ''}">${drawSymbol(name(id))}</div>`)}</div>`)}</div>
      ${turn.wins.length === 0 ? html`<p>No win.</p>` : html`<ul>${turn.wins.map((win) => html`<li>
        ${placeOf(win)}: ${win.count} × ${name(win.symbol)}, ${money(win.win, game)}</li>`)}</ul>`}
      ${turn.awarded > 0 ? html`<p>${turn.awarded} free spins.</p>` : ''}
    </section>`;
  }

  private async receipt(): Promise<void> {
    this.problem_ = '';
    try {
      const receipt = await casino.api.receipt(this.round);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([JSON.stringify(receipt, null, 1)], { type: 'application/json' }));
      link.download = `receipt-${this.round}.json`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      this.problem_ = error instanceof CroupierError ? error.message : String(error);
    }
  }

  private async load(): Promise<void> {
    this.detail_ = undefined;
    this.problem_ = '';
    try {
      this.detail_ = await casino.api.round(this.round);
      if (casino.game(this.detail_.game)?.kind === 'dice') this.pairs_ = await casino.api.seeds(this.detail_.game);
    } catch (error) {
      this.problem_ = error instanceof CroupierError ? error.message : String(error);
    }
  }
}
