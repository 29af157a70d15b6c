import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { RouletteInfo } from 'croupier-client';
import { PlainElement } from '../element.js';
import { money, shortMoney } from '../format.js';
import { vars } from '../vars.js';
import type { Chips } from './chips.js';
import { colourOf, face, kSpots, neighbour, spotOf } from './layout.js';
import type { Spot } from './layout.js';

export type SpotEvent = CustomEvent<{ spot: Spot }>;

const upright = matchMedia('(max-width: 760px)');

/**
 * The felt. One tab stop; arrow keys walk over numbers, edges and fields; Enter or a click places a chip
 * (`spot-place`), Delete or a right click takes the spot's chips off (`spot-clear`).
 */
@customElement('croupier-table')
export class Table extends PlainElement {
  @property({ attribute: false }) game!: RouletteInfo;
  @property({ attribute: false }) chips!: Chips;
  @property({ attribute: false }) drawn: number | undefined;
  @property({ type: Boolean }) locked = false;
  @state() private current_: Spot = spotOf('european', 'straight', [17])!;
  @state() private hot_: Spot | undefined;

  protected override render() {
    return html`<div class="felt ${this.locked ? 'locked' : ''}" role="group" aria-label="Betting table. Arrow keys move, Enter places a chip, Delete takes it off."
      @keydown=${this.key} @pointerleave=${() => (this.hot_ = undefined)}>
      ${kSpots[this.wheel].map((spot) => this.draw(spot))}
    </div>`;
  }

  private get wheel() {
    return this.game.definition.wheel;
  }

  private draw(spot: Spot) {
    const stake = this.chips.get(spot.key);
    const hot = this.hot_ !== undefined && spot.kind === 'straight' && this.hot_.covers.includes(spot.numbers[0] ?? -1);
    const won = this.drawn !== undefined && spot.kind === 'straight' && spot.numbers[0] === this.drawn;
    const colour = spot.kind === 'straight' ? colourOf(spot.numbers[0] ?? 0) : spot.kind === 'red' || spot.kind === 'black' ? spot.kind : '';
    const { u, v, width: w, height: h } = spot;
    return html`<button type="button" class="spot ${spot.width > 1 ? 'field' : 'edge'} ${spot.width > 2 ? 'wide' : ''} ${colour} ${hot ? 'hot' : ''} ${won ? 'drawn' : ''}"
      ${vars({ u, v, w, h })} data-spot=${spot.key} tabindex=${spot.key === this.current_.key ? 0 : -1}
      aria-disabled=${this.locked ? 'true' : 'false'}
      @click=${() => this.act('spot-place', spot)} @contextmenu=${(event: Event) => this.context(event, spot)}
      @focus=${() => this.enter(spot)} @blur=${() => (this.hot_ = undefined)} @pointerenter=${() => (this.hot_ = spot)}>
      <span class="face">${face(spot)}</span><span class="sr">${this.unseen(spot, stake)}</span>${stake === undefined ? '' : html`<span class="chip" aria-hidden="true">${shortMoney(stake, this.game).replace(/^[^\d]+/, '')}</span>`}
    </button>`;
  }

  /** What a screen reader says after the words that are seen. */
  private unseen(spot: Spot, stake: number | undefined): string {
    const pays = this.game.definition.bets.find(({ kind }) => kind === spot.kind)?.pays;
    const odds = pays === undefined ? '' : `, pays ${pays} to 1`;
    const seen = face(spot);
    const rest = spot.label.startsWith(seen) ? spot.label.slice(seen.length) : `, ${spot.label}`;
    return `${rest}${odds}${stake === undefined ? '' : `, your stake ${money(stake, this.game)}`}`;
  }

  private enter(spot: Spot): void {
    this.current_ = spot;
    this.hot_ = spot;
  }

  private act(name: 'spot-place' | 'spot-clear', spot: Spot): void {
    if (this.locked) return;
    this.current_ = spot;
    this.dispatchEvent(new CustomEvent(name, { detail: { spot }, bubbles: true }));
  }

  private context(event: Event, spot: Spot): void {
    event.preventDefault();
    this.act('spot-clear', spot);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      this.act('spot-clear', this.current_);
      return;
    }
    const step = arrow(event.key);
    if (step === undefined) return;
    event.preventDefault();
    const to = neighbour(this.wheel, this.current_, ...step);
    this.querySelector<HTMLElement>(`[data-spot="${to.key}"]`)?.focus();
  }
}

/** The direction on the table's own grid: lying, u runs right and v up; standing, u runs down and v right. */
function arrow(key: string): [number, number] | undefined {
  const [right, down] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key] ?? [];
  if (right === undefined || down === undefined) return undefined;
  return upright.matches ? [down, right] : [right, -down];
}
