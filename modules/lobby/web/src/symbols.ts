import { html, svg } from 'lit';
import type { TemplateResult } from 'lit';

// The symbols of the games, drawn once into the page and used by reference.

const gradient = (id: string, from: string, to: string) => svg`
  <linearGradient id=${`g-${id}`} x1="0" y1="0" x2="0" y2="1">
    <stop offset="0" stop-color=${from}></stop><stop offset="1" stop-color=${to}></stop>
  </linearGradient>`;

const kGradients = [
  ['red', '#ff7a6b', '#b3202f'], ['yellow', '#ffe98a', '#e0a21f'], ['purple', '#b98cf0', '#55309b'], ['gold', '#fbe3a1', '#c0842b'],
  ['green', '#7fd694', '#1f7a45'], ['sky', '#d7f3ff', '#3d8fd6'], ['crimson', '#ff5c5c', '#8f0f22'],
] as const;

const kDrawings: Record<string, TemplateResult> = {
  cherry: svg`
    <path d="M24 40C25 26 33 16 46 10M44 42C44 30 44 20 46 10" fill="none" stroke="#5da35a" stroke-width="3" stroke-linecap="round"/>
    <path d="M46 10c-9-4-17-2-21 5 8 4 16 2 21-5z" fill="url(#g-green)"/>
    <circle cx="21" cy="45" r="12" fill="url(#g-red)"/><circle cx="44" cy="47" r="11" fill="url(#g-red)"/>
    <path d="M14 42c1-4 4-6 7-6M38 44c1-3 3-5 6-5" fill="none" stroke="#fff" stroke-opacity=".6" stroke-width="2.4" stroke-linecap="round"/>`,
  lemon: svg`
    <path d="M10 40c-3-14 8-28 24-28 5 0 8-2 12-4l5 5c-2 3-2 6-1 10 4 16-7 31-22 31-6 0-10-3-14-2l-5-4c2-3 2-5 1-8z" fill="url(#g-yellow)"/>
    <path d="M19 34c1-8 6-13 13-14" fill="none" stroke="#fff" stroke-opacity=".7" stroke-width="3" stroke-linecap="round"/>
    <path d="M45 10c2-5 7-7 12-6-1 6-5 9-10 9z" fill="url(#g-green)"/>`,
  plum: svg`
    <path d="M33 16c0-5 2-9 6-12" fill="none" stroke="#5da35a" stroke-width="3" stroke-linecap="round"/>
    <path d="M36 12c5-6 12-7 18-3-4 6-11 8-18 3z" fill="url(#g-green)"/>
    <path d="M33 17c14-7 25 3 25 17 0 13-10 25-24 25S8 48 8 35c0-14 11-25 25-18z" fill="url(#g-purple)"/>
    <path d="M33 17c-3 10-3 24 1 42" fill="none" stroke="#3b1f74" stroke-opacity=".55" stroke-width="2.4" stroke-linecap="round"/>
    <path d="M15 35c1-6 4-10 9-12" fill="none" stroke="#fff" stroke-opacity=".55" stroke-width="2.8" stroke-linecap="round"/>`,
  bell: svg`
    <circle cx="32" cy="9" r="4" fill="url(#g-gold)"/><circle cx="32" cy="52" r="6" fill="#8a5a18"/>
    <path d="M32 10c-11 0-17 8-17 20 0 8-3 12-7 17h48c-4-5-7-9-7-17 0-12-6-20-17-20z" fill="url(#g-gold)"/>
    <path d="M8 44h48v6H8z" rx="3" fill="#d99e3d"/>
    <path d="M22 30c0-7 3-11 8-13" fill="none" stroke="#fff" stroke-opacity=".75" stroke-width="3" stroke-linecap="round"/>`,
  clover: svg`
    <path d="M33 34c1 10 4 17 9 24" fill="none" stroke="#2c8a50" stroke-width="4" stroke-linecap="round"/>
    <g fill="url(#g-green)"><path id="leaf" d="M32 32C20 30 14 23 17 15c3-7 12-7 15 0 3-7 12-7 15 0 3 8-3 15-15 17z"/>
    <path d="M32 32C30 44 23 50 15 47c-7-3-7-12 0-15-7-3-7-12 0-15 8-3 15 3 17 15z"/>
    <path d="M32 32c2 12 9 18 17 15 7-3 7-12 0-15 7-3 7-12 0-15-8-3-15 3-17 15z"/></g>
    <path d="M23 15c1-2 3-2 4-2M12 23c0-2 1-3 3-4" fill="none" stroke="#fff" stroke-opacity=".6" stroke-width="2.4" stroke-linecap="round"/>`,
  star: svg`
    <path d="M32 4l8.5 18 19.5 2.4-14.4 13.5 3.8 19.5L32 47.8l-17.4 9.6 3.8-19.5L4 24.4 23.5 22z" fill="url(#g-gold)" stroke="#fff1c9" stroke-opacity=".6" stroke-width="1.5" stroke-linejoin="round"/>
    <path d="M32 12l-5.500 13.200-14 1.800" fill="none" stroke="#fff" stroke-opacity=".7" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/>`,
  seven: svg`
    <path d="M10 8h45v11C44 29 37 41 35 58H19c2-15 9-27 19-36H22v7H10z" fill="url(#g-crimson)" stroke="#ffd9a0" stroke-width="2.5" stroke-linejoin="round"/>
    <path d="M14 12h36" stroke="#fff" stroke-opacity=".55" stroke-width="2.5" stroke-linecap="round"/>`,
  diamond: svg`
    <path d="M18 10h28l13 16-27 32L5 26z" fill="url(#g-sky)"/>
    <path d="M18 10l5 16 9-16 9 16 5-16M5 26h54M23 26l9 32 9-32" fill="none" stroke="#fff" stroke-opacity=".65" stroke-width="1.8" stroke-linejoin="round"/>
    <path d="M18 10h28l13 16-27 32L5 26z" fill="none" stroke="#eafaff" stroke-opacity=".8" stroke-width="1.5" stroke-linejoin="round"/>`,
  crown: svg`
    <path d="M7 20l12 11L32 10l13 21 12-11-5 30H12z" fill="url(#g-gold)" stroke="#fff1c9" stroke-opacity=".6" stroke-width="1.5" stroke-linejoin="round"/>
    <circle cx="7" cy="18" r="4" fill="url(#g-gold)"/><circle cx="32" cy="8" r="4" fill="url(#g-gold)"/><circle cx="57" cy="18" r="4" fill="url(#g-gold)"/>
    <path d="M12 50h40v6H12z" fill="#b97a25"/><circle cx="32" cy="41" r="4.500" fill="url(#g-red)"/><circle cx="20" cy="43" r="3" fill="url(#g-sky)"/><circle cx="44" cy="43" r="3" fill="url(#g-sky)"/>`,
};

/** Put once into the page. */
export const symbolSheet = html`<svg class="sheet" width="0" height="0" aria-hidden="true">
  <defs>${kGradients.map(([id, from, to]) => gradient(id, from, to))}</defs>
  ${Object.entries(kDrawings).map(([name, drawing]) => svg`<symbol id=${`s-${name}`} viewBox="0 0 64 64">${drawing}</symbol>`)}
</svg>`;

/** A symbol by its name; one that we have not drawn shows its first letters. Decorative: say the name elsewhere. */
export function drawSymbol(name: string): TemplateResult {
  return name in kDrawings
    ? html`<svg class="symbol" viewBox="0 0 64 64" aria-hidden="true"><use href=${`#s-${name}`}></use></svg>`
    : html`<svg class="symbol" viewBox="0 0 64 64" aria-hidden="true">
        <rect x="8" y="8" width="48" height="48" rx="12" fill="url(#g-sky)"></rect>
        <text x="32" y="41" text-anchor="middle" font-size="24" fill="#10202c">${name.slice(0, 2)}</text>
      </svg>`;
}

export const wordmark = html`<svg class="mark" viewBox="0 0 64 64" aria-hidden="true">
  <circle cx="32" cy="32" r="30" fill="none" stroke="currentColor" stroke-width="3"></circle>
  <circle cx="32" cy="32" r="20" fill="none" stroke="currentColor" stroke-width="1.500" stroke-opacity=".6"></circle>
  <path d="M32 2v10M32 52v10M2 32h10M52 32h10M10.800 10.800l7 7M46.200 46.200l7 7M53.200 10.800l-7 7M17.800 46.200l-7 7" stroke="currentColor" stroke-width="5"></path>
  <path d="M32 20l9 12-9 12-9-12z" fill="currentColor"></path>
</svg>`;
