import { html, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { SlotDefinition } from 'croupier-client';
import { PlainElement } from '../element.js';
import { finished, reducedMotion } from '../motion.js';
import { sound } from '../sound.js';
import { drawSymbol } from '../symbols.js';
import { vars } from '../vars.js';
import type { Win } from './script.js';

const kFirstStopMs = 650;
const kNextStopMs = 260;
const kTurnMs = 420;

/** The window of a slot: columns of symbols that turn, stop one after another, and show which cells won. */
@customElement('croupier-reels')
export class Reels extends PlainElement {
  @property({ attribute: false }) definition!: SlotDefinition;
  @property({ attribute: false }) shown: Win | undefined;
  /** Cells that won anything in this turn. */
  @property({ attribute: false }) winning: ReadonlySet<number> = new Set();
  @state() private grid_: number[][] = [];
  /** Per reel what it shows while it moves, top to bottom, in place of its three cells. */
  @state() private strips_: (number[] | undefined)[] = [];

  private turning_: Animation[] = [];

  protected override willUpdate(): void {
    if (this.grid_.length === 0) this.grid_ = this.opening();
  }

  protected override render() {
    const { reels, rows } = this.definition;
    return html`<div class="reels" role="img" aria-label=${this.describe()} ${vars({ reels, rows })}>
      ${Array.from({ length: reels }, (_, reel) => {
        const strip = this.strips_[reel];
        const symbols = strip ?? this.grid_[reel] ?? [];
        return html`<div class="reel"><div class="strip ${strip ? 'moving' : ''}" data-reel=${reel}>
          ${repeat(symbols, (_, row) => row, (id, row) => this.cell(id, strip === undefined ? reel * rows + row : -1))}
        </div></div>`;
      })}
      ${this.line()}
    </div>`;
  }

  /** Turns all reels but the held ones until `stop`. */
  async spin(held: number[] = []): Promise<void> {
    if (reducedMotion()) return;
    const { reels, rows } = this.definition;
    this.strips_ = Array.from({ length: reels }, (_, reel) => {
      if (held.includes(reel)) return undefined;
      const turn = this.slice(reel, 8);
      return [...turn, ...turn.slice(0, rows)]; // The end looks like the beginning, so that the loop has no seam.
    });
    await this.updateComplete;
    this.turning_ = this.strips().filter((_, reel) => !held.includes(reel)).map((strip) => {
      const count = strip.childElementCount;
      return strip.animate(
        [{ transform: `translateY(${-(1 - rows / count) * 100}%)` }, { transform: 'translateY(0)' }],
        { duration: kTurnMs, iterations: Infinity },
      );
    });
  }

  /** Stops reel after reel on `grid`. */
  async stop(grid: number[][], held: number[] = []): Promise<void> {
    this.halt();
    if (reducedMotion()) {
      this.settle(grid);
      return;
    }
    const { rows } = this.definition;
    this.strips_ = grid.map((cells, reel) => held.includes(reel) ? undefined : [...cells, ...this.slice(reel, 6 + 3 * reel), ...(this.grid_[reel] ?? [])]);
    await this.updateComplete;
    await Promise.all(this.strips().map(async (strip, reel) => {
      if (held.includes(reel)) return;
      const from = -(1 - rows / strip.childElementCount) * 100;
      await finished(strip.animate(
        [
          { transform: `translateY(${from}%)` },
          { transform: 'translateY(0)' },
        ],
        { duration: kFirstStopMs + reel * kNextStopMs, easing: 'cubic-bezier(.25,.55,.3,1)', fill: 'both' },
      ));
      sound.stop(reel);
    }));
    this.settle(grid);
  }

  /** Stops where it stood before: the round was refused. */
  rest(): void {
    this.halt();
    this.settle(this.grid_);
  }

  /** Shows what has stopped already. */
  set(grid: number[][]): void {
    this.halt();
    this.settle(grid);
  }

  private settle(grid: number[][]): void {
    this.grid_ = grid;
    this.strips_ = [];
    for (const strip of this.strips()) for (const animation of strip.getAnimations()) animation.cancel();
  }

  private halt(): void {
    for (const animation of this.turning_) animation.cancel();
    this.turning_ = [];
  }

  private strips(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('.strip')];
  }

  private cell(id: number, index: number) {
    const shown = this.shown;
    const state = index < 0 ? '' : shown?.cells.includes(index) ? 'lit' : shown !== undefined ? 'dim' : this.winning.has(index) ? 'won' : '';
    return html`<div class="cell ${state}">${drawSymbol(this.name(id))}</div>`;
  }

  private line() {
    const shown = this.shown;
    if (shown?.kind !== 'line') return '';
    const { reels, rows, lines } = this.definition;
    const points = (lines?.[shown.line] ?? []).map((row, reel) => `${(reel + 0.5) * (100 / reels)},${(row + 0.5) * (100 / rows)}`);
    return svg`<svg class="payline" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <polyline points=${points.join(' ')} vector-effect="non-scaling-stroke"></polyline></svg>`;
  }

  private name(id: number): string {
    return this.definition.symbols.find((symbol) => symbol.id === id)?.name ?? String(id);
  }

  private describe(): string {
    if (this.strips_.length > 0) return 'The reels are turning';
    const rows = Array.from({ length: this.definition.rows }, (_, row) => this.grid_.map((reel) => this.name(reel[row] ?? 0)).join(', '));
    return rows.map((row, i) => `Row ${i + 1}: ${row}`).join('. ');
  }

  /** Some symbols of the reel's strip, for show only: the outcome came from the server. */
  private slice(reel: number, count: number): number[] {
    const strip = this.definition.strips[reel] ?? [0];
    const from = Math.floor(Math.random() * strip.length);
    return Array.from({ length: count }, (_, i) => strip[(from + i) % strip.length] ?? 0);
  }

  private opening(): number[][] {
    const { reels, rows } = this.definition;
    return Array.from({ length: reels }, (_, reel) => (this.definition.strips[reel] ?? [0]).slice(0, rows));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'croupier-reels': Reels;
  }
}
