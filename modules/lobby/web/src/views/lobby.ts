import { html, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { GameInfo } from 'croupier-client';
import { casino } from '../casino.js';
import { View } from '../element.js';
import { money, rtp } from '../format.js';
import { linesOf } from '../slot/paytable.js';
import { drawSymbol } from '../symbols.js';
import { drawWheel } from '../roulette/wheel.js';

@customElement('croupier-lobby')
export class LobbyView extends View {
  protected override render() {
    return html`<main class="lobby">
      <h1 tabindex="-1">Good to see you, ${casino.kept?.nickname}</h1>
      <p class="lead">${casino.players === undefined ? 'Choose a game.' : `Choose a game. ${players(casino.players)}.`}</p>
      ${casino.games.length === 0 ? html`<p class="empty" role="status">Setting the tables…</p>` : ''}
      <ul class="tiles">${casino.games.map(tile)}</ul>
    </main>`;
  }
}

function players(count: number): string {
  return count === 1 ? 'You are the only player online' : `${count} players online`;
}

function tile(game: GameInfo) {
  const body = html`
    <div class="art ${game.kind}">${art(game)}</div>
    <div class="about">
      <h2>${game.open ? html`<a href="#/game/${game.game}">${game.name}</a>` : game.name}</h2>
      <p class="kind">${kindOf(game)}</p>
      <dl>
        <div><dt>Stakes</dt><dd>${money(game.stake_min, game)} – ${money(game.stake_max, game)}</dd></div>
        <div><dt>Return to player</dt><dd>${rtp(game.rtp_ppm)}</dd></div>
        ${casino.jackpots.filter((one) => one.games.includes(game.game)).map((one) => html`
          <div><dt>Jackpot ${one.name}</dt><dd>${money(one.amount, one)}</dd></div>`)}
      </dl>
    </div>`;
  return html`<li class="tile ${game.open ? '' : 'closed'}">${body}${game.open ? '' : html`<p class="closed-note">Closed for now</p>`}</li>`;
}

function kindOf(game: GameInfo): string {
  if (game.kind === 'slot') return `${game.definition.reels}×${game.definition.rows} slot, ${linesOf(game.definition)}`;
  if (game.kind === 'dice') return 'Dice, provably fair';
  if (game.kind === 'video-poker') return `Video poker, up to ${game.definition.coins} coins`;
  const { wheel, la_partage: halves } = game.definition;
  return `${wheel === 'american' ? 'Two zeros' : 'Single zero'}${halves ? ', la partage' : ''}, one player`;
}

function art(game: GameInfo) {
  if (game.kind === 'roulette') return svg`<svg viewBox="-100 -100 200 200" aria-hidden="true">${drawWheel(game.definition.wheel)}</svg>`;
  if (game.kind === 'dice') return svg`<svg viewBox="-100 -100 200 200" aria-hidden="true"><rect x="-55" y="-55" width="110" height="110" rx="22" fill="#fdf6e3" transform="rotate(12)"></rect>
    ${[[-28, -28], [28, 28], [0, 0], [28, -28], [-28, 28]].map(([x, y]) => svg`<circle cx=${x!} cy=${y!} r="10" fill="#a5333c" transform="rotate(12)"></circle>`)}</svg>`;
  if (game.kind === 'video-poker') return svg`<svg viewBox="-100 -100 200 200" aria-hidden="true">${['♣', '♥', '♠'].map((suit, i) => svg`<g transform="rotate(${(i - 1) * 18})">
    <rect x="-32" y="-62" width="64" height="92" rx="8" fill="#fdf6e3" stroke="#1b2430"></rect><text y="4" text-anchor="middle" font-size="48" fill=${i === 1 ? '#b3202f' : '#1b2430'}>${suit}</text></g>`)}</svg>`;
  const names = game.definition.symbols.map((symbol) => symbol.name);
  const best = ['seven', 'diamond', 'crown'].filter((name) => names.includes(name));
  return [...best, ...names.filter((name) => !best.includes(name)).reverse()].slice(0, 3).map(drawSymbol);
}
