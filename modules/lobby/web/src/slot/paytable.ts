import { html, svg } from 'lit';
import type { SlotDefinition, SlotInfo, SlotSymbol } from 'croupier-client';
import { kMalfunction, rtp } from '../format.js';
import { drawSymbol } from '../symbols.js';

/** What the game pays, from its definition. */
export function paytable(game: SlotInfo) {
  const { symbols, lines, reels, rows } = game.definition;
  return html`<details class="rules card">
    <summary>Pay table and rules</summary>
    ${rules(game).map((text) => html`<p>${text}</p>`)}
    <ul class="pays">${symbols.map((symbol) => html`<li>
      ${drawSymbol(symbol.name)}
      <div><strong>${symbol.name}${symbol.kind === 'regular' ? '' : html` <em>${symbol.kind}</em>`}</strong>
        ${paysOf(symbol, game).map(({ count, times }) => html`<span>${count} × <b>${times}</b></span>`)}</div>
    </li>`)}</ul>
    ${lines === undefined ? '' : html`<h3>Lines</h3>
    <ol class="lines">${lines.map((line, i) => html`<li>
      <svg viewBox="0 0 ${reels * 10} ${rows * 10}" role="img" aria-label="Line ${i + 1}">
        ${line.map((at, reel) => Array.from({ length: rows }, (_, row) => svg`<rect x=${reel * 10 + 1} y=${row * 10 + 1} width="8" height="8"
          rx="2" class=${row === at ? 'on' : ''}></rect>`))}
      </svg><span>${i + 1}</span></li>`)}</ol>`}
  </details>`;
}

/** Of a symbol, most first: times the stake per line; for the scatter, times the whole stake. */
function paysOf({ id, kind }: SlotSymbol, { definition }: SlotInfo): { count: number; times: number }[] {
  const pays = kind === 'scatter' ? (definition.scatter_pays ?? []) : definition.pays.filter(({ symbol }) => symbol === id);
  return [...pays].sort((a, b) => b.count - a.count);
}

/** "20 lines", "243 ways". */
export function linesOf({ lines, reels, rows }: SlotDefinition): string {
  return lines === undefined ? `${rows ** reels} ways` : `${lines.length} lines`;
}

function rules(game: SlotInfo): string[] {
  const { symbols, lines, ways, free_spins: free, scatter_pays: pays, respins, pick, win_cap: cap } = game.definition;
  const nameOf = (id: number) => symbols.find((symbol) => symbol.id === id)?.name ?? '';
  const scatter = symbols.find(({ kind }) => kind === 'scatter')?.name;
  const texts = [lines === undefined
    ? `Every spin plays all ${linesOf(game.definition)}: a symbol wins on as many reels from the left as show it in any row, once for each choice of
      one such cell a reel. Each way pays the number shown × 1/${ways?.units} of the stake.`
    : `Every spin plays all ${linesOf(game.definition)} and shares the stake equally among them. Line wins count from the left and pay the
      number shown × the stake per line; each line pays its best win.`];
  for (const { name, kind, multiplier = 1, except = [] } of symbols) {
    if (kind !== 'wild') continue;
    const but = [...(scatter === undefined ? [] : [scatter]), ...except.map(nameOf)].map((other) => `the ${other}`).join(' and ');
    texts.push(`The ${name} is wild: it stands for every symbol${but === '' ? '' : ` but ${but}`}${multiplier === 1 ? '' : `, and multiplies such a win by ${multiplier}`}.`);
  }
  if (scatter !== undefined) texts.push(`The ${scatter} counts anywhere${(pays?.length ?? 0) > 0 ? ' and pays the number shown × the whole stake' : ''}.`);
  if (free !== undefined && free.awards.length > 0) {
    const awards = free.awards.map(({ count, spins }) => `${count} or more award ${spins}`).join(', ');
    texts.push(`Free spins: ${awards}, up to ${free.limit} a round. Wins in free spins count ${free.multiplier} times${free.strips === undefined ? '' : ', and they turn other reels'}.`);
  }
  if (respins !== undefined) {
    texts.push(`Respins: reels that show the ${nameOf(respins.symbol)} are held and the others spin again, up to ${respins.limit} times, as long as each spin
      holds another reel. Every spin pays.`);
  }
  if (pick !== undefined) {
    texts.push(`Pick: the ${scatter} ${pick.scatters} times or more in the paid spin lets you pick one of ${pick.prizes.length} boxes with ${[...pick.prizes].join(', ')} × the whole stake.
      What is in which is drawn when you pick, each order alike: no box is better than another.${game.choice_ms === undefined ? '' : ` The
      round waits for you, also on another device, for ${Math.round(game.choice_ms / 3600e3 * 10) / 10} hours; then the first box is picked.`}`);
  }
  texts.push(`${cap === undefined ? '' : `A round pays up to ${cap} × its stake. `}Theoretical return to player: ${rtp(game.rtp_ppm)}.`);
  texts.push(kMalfunction);
  return texts;
}
