import type { GameEvent, Outcome, SlotDefinition } from 'croupier-client';

type WinEvent = GameEvent & { ev: 'line' | 'ways' | 'scatter' };

export interface Win {
  kind: WinEvent['ev'];
  /** Index into the definition's lines; -1 where there is none. */
  line: number;
  /** Of a win of ways: how many. */
  ways: number;
  symbol: number;
  count: number;
  win: number;
  /** Cells as reel * rows + row. */
  cells: number[];
}

/** One turn of the reels: the paid spin or one of its free spins. */
export interface Turn {
  grid: number[][];
  wins: Win[];
  /** 1, 2, 3, … for a free spin, 0 for the paid one. */
  free: number;
  freeLeft: number;
  /** Of a respin: the reels that are held, and how many may still come. */
  held: number[];
  respinsLeft: number;
  /** Free spins that this turn awarded. */
  awarded: number;
  /** Sum of the wins up to and with this turn. */
  winSoFar: number;
}

/** The turns of a slot's outcome, in the order to show them. */
export function turnsOf(outcome: Outcome, definition: SlotDefinition): Turn[] {
  const turns: Turn[] = [];
  let free = 0;
  let freeLeft = 0;
  let sum = 0;
  let held: number[] = [];
  let respinsLeft = 0;
  for (const event of outcome.events) {
    const turn = turns.at(-1);
    switch (event.ev) {
      case 'free_spin':
        free = event.index;
        freeLeft = event.left;
        break;
      case 'respin':
        ({ held, left: respinsLeft } = event);
        break;
      case 'reels':
        turns.push({ grid: event.grid, wins: [], free, freeLeft, held, respinsLeft, awarded: 0, winSoFar: sum });
        break;
      case 'picked':
        sum += event.win;
        break;
      case 'line':
      case 'ways':
      case 'scatter':
        if (turn === undefined) break;
        turn.wins.push(winOf(event, turn.grid, definition));
        sum += event.win;
        turn.winSoFar = sum;
        break;
      case 'free_spins':
        if (turn !== undefined) {
          turn.awarded = event.awarded;
          turn.freeLeft = event.left;
        }
        break;
      case 'capped':
        sum = event.win;
        if (turn !== undefined) turn.winSoFar = sum;
        break;
      default:
        break;
    }
  }
  return turns;
}

/** The closed boxes of a pick, and what was in them once one was picked. */
export interface Boxes {
  count: number;
  opened?: { box: number; win: number; wins: number[] };
  byRule: boolean;
}

export function boxesOf({ events }: Outcome): Boxes | undefined {
  const won = events.find((event) => event.ev === 'pick');
  const opened = events.find((event) => event.ev === 'picked');
  return won && { count: won.boxes, byRule: events.some((event) => event.ev === 'chosen_by_rule'), ...(opened && { opened }) };
}

function winOf(event: WinEvent, grid: number[][], definition: SlotDefinition): Win {
  const { ev: kind, symbol, count, win } = event;
  const { rows } = definition;
  if (kind === 'line') {
    const line = definition.lines?.[event.line] ?? [];
    return { kind, line: event.line, ways: 0, symbol, count, win, cells: line.slice(0, count).map((row, reel) => reel * rows + row) };
  }
  const shows = (id: number) => id === symbol || (kind === 'ways' && standsFor(id, symbol, definition));
  const reels = kind === 'ways' ? grid.slice(0, count) : grid;
  const cells = reels.flatMap((reel, r) => reel.flatMap((id, row) => (shows(id) ? [r * rows + row] : [])));
  return { kind, line: -1, ways: kind === 'ways' ? event.ways : 0, symbol, count, win, cells };
}

function standsFor(id: number, symbol: number, { symbols }: SlotDefinition): boolean {
  const shown = symbols.find((one) => one.id === id);
  return shown?.kind === 'wild' && !shown.except?.includes(symbol);
}

/** Where a win is, in words. */
export function placeOf({ kind, line, ways }: Win): string {
  return kind === 'line' ? `Line ${line + 1}` : kind === 'ways' ? `${ways} ${ways === 1 ? 'way' : 'ways'}` : 'Anywhere';
}

/** The stakes that a game offers as steps of a selector: 1-2-5 series over its range, each a multiple of the step. */
export function stakesOf(game: { stake_min: number; stake_max: number; stake_step: number }): number[] {
  const step = Math.max(1, game.stake_step);
  const stakes: number[] = [];
  for (let base = game.stake_min; base <= game.stake_max && stakes.length < 40; base *= 10) {
    for (const times of [1, 2, 5]) {
      const stake = base * times;
      if (stake <= game.stake_max && stake % step === 0) stakes.push(stake);
    }
  }
  return stakes.length > 0 ? stakes : [game.stake_min];
}
