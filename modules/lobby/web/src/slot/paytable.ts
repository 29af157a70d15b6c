import { html, svg } from 'lit';
import type { SlotInfo } from 'croupier-client';
import { rtp } from '../format.js';
import { drawSymbol } from '../symbols.js';

/** What the game pays, from its definition. */
export function paytable(game: SlotInfo) {
  const { symbols, pays, lines, reels, rows } = game.definition;
  return html`<details class="rules card">
    <summary>Pay table and rules</summary>
    <p>${lines.length} lines are played with every spin; the stake is shared equally among them. Line wins count from the
      left and are multiples of the stake per line. ${symbols.filter(({ kind }) => kind !== 'regular').map(({ name, kind }) =>
        kind === 'wild' ? `The ${name} stands for any regular symbol. ` : `The ${name} pays anywhere. `)}
      ${game.definition.free_spins === undefined ? '' : 'Enough of them award free spins, at the stake of the paid spin.'}
      Theoretical return to player: ${rtp(game.rtp_ppm)}.</p>
    <ul class="pays">${symbols.map(({ id, name, kind }) => html`<li>
      ${drawSymbol(name)}
      <div><strong>${name}${kind === 'regular' ? '' : html` <em>${kind}</em>`}</strong>
        ${pays.filter(({ symbol }) => symbol === id).sort((a, b) => b.count - a.count).map(({ count, times }) =>
          html`<span>${count} × <b>${times}</b></span>`)}</div>
    </li>`)}</ul>
    <h3>Lines</h3>
    <ol class="lines">${lines.map((line, i) => html`<li>
      <svg viewBox="0 0 ${reels * 10} ${rows * 10}" role="img" aria-label="Line ${i + 1}">
        ${line.map((at, reel) => Array.from({ length: rows }, (_, row) => svg`<rect x=${reel * 10 + 1} y=${row * 10 + 1} width="8" height="8"
          rx="2" class=${row === at ? 'on' : ''}></rect>`))}
      </svg><span>${i + 1}</span></li>`)}</ol>
  </details>`;
}
