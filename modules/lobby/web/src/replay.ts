// The page of `croupier-replay --serve`: the client that players have, with a film in place of its network. It takes no
// input; play, pause and seek are in the bar above it. A seek loads the page anew, at another moment.
//   ?session=ID&at=MILLISECONDS&pause
import type { SpinResult } from 'croupier-client';
import type { App } from './app.js';
import { answerOf, balanceOf, beginning, clock, isWelcome, momentOf, requestOf, waitingAfter, welcomeTo } from './film.js';
import type { Film, Moment, Scene, ToldFrame } from './film.js';

const kStepMs = 40;
const kSpeeds = [1, 2, 8, 32];

/** What the client takes for its WebSocket: it hears what the film tells. */
class FilmSocket {
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  /** What the client asked and has no answer to: the number of its query, by operation. */
  readonly asked = new Map<string, number>();

  constructor() {
    projector?.opened(this);
    queueMicrotask(() => this.onopen?.({}));
  }

  send(text: string): void {
    const { q, op, n } = JSON.parse(text) as { q?: number; op: string; n?: number };
    if (op === 'ping') this.tell({ rq: q, ok: { op } });
    else if (op === 'open') this.tell({ rq: q, ok: { op, rounds: projector?.waiting ?? [] } });
    else if (q !== undefined) this.asked.set(op, q);
    if (op === 'hello') projector?.greeted(this);
    if (n !== undefined) projector?.commanded(n);
  }
  tell(frame: object): void {
    queueMicrotask(() => this.onmessage?.({ data: JSON.stringify(frame) }));
  }
  close(): void {
    projector?.left(this);
  }
  end(code: number): void {
    queueMicrotask(() => this.onclose?.({ code, reason: '' }));
  }
}

/** Shows the film from a moment on. */
class Projector {
  position: number;
  playing = true;
  speed = 1;
  private next_: number;
  private connected_: boolean;
  private socket_: FilmSocket | undefined;
  private greeted_ = false;
  /** The number under which the client sent what the film has under another. */
  private readonly numbers_ = new Map<number, number>();
  private acting_: number | undefined;
  private waiting_: SpinResult | undefined;
  private busy_ = false;

  constructor(readonly film: Film, private readonly moment_: Moment, at: number) {
    this.position = at;
    this.next_ = moment_.next;
    this.connected_ = moment_.connected;
    this.waiting_ = moment_.waiting;
  }

  opened(socket: FilmSocket): void {
    this.socket_ = socket;
    this.greeted_ = false;
  }
  left(socket: FilmSocket): void {
    if (this.socket_ === socket) this.socket_ = undefined;
  }
  greeted(socket: FilmSocket): void {
    if (!this.connected_) return; // The film's own welcome is still to come.
    this.welcome(socket, welcomeTo(this.film, momentOf(this.film, this.position)));
    if (this.moment_.players !== undefined) socket.tell({ ev: 'online', seq: 0, players: this.moment_.players });
  }
  /** As the answer to a question that another page may have asked at another time. */
  get waiting(): SpinResult[] {
    return this.waiting_ === undefined ? [] : [this.waiting_];
  }
  commanded(n: number): void {
    if (this.acting_ !== undefined) this.numbers_.set(this.acting_, n);
    this.acting_ = undefined;
  }

  /** Lets so much time pass. */
  async step(ms: number): Promise<void> {
    if (!this.playing || this.busy_) return;
    this.busy_ = true;
    this.position = Math.min(this.film.length, this.position + ms * this.speed);
    for (let scene = this.film.scenes[this.next_]; scene !== undefined && scene.at <= this.position; scene = this.film.scenes[this.next_]) {
      this.next_ += 1;
      await this.show(scene);
    }
    if (this.position >= this.film.length) this.playing = false;
    this.busy_ = false;
  }

  private async show(scene: Scene): Promise<void> {
    if (scene.what === 'sent') {
      const { op, n, round, choice } = scene.frame;
      if (n === undefined || this.numbers_.has(n)) return;
      this.acting_ = n;
      if (op === 'spin') await app()?.act(requestOf(scene.frame));
      if (op === 'choose' && round !== undefined && choice !== undefined) await app()?.choose(round, choice);
      this.acting_ = undefined;
    } else if (scene.what === 'closed') {
      this.connected_ = false;
      this.socket_?.end(scene.code);
      this.socket_ = undefined;
    } else {
      this.told(scene.frame);
    }
  }

  private told(frame: ToldFrame): void {
    const socket = this.socket_;
    if (isWelcome(frame)) {
      this.connected_ = true;
      if (socket?.asked.has('hello') === true) this.welcome(socket, frame.ok ?? {});
      return;
    }
    if (socket === undefined || !this.greeted_) return;
    if (frame.re !== undefined) {
      this.waiting_ = waitingAfter(this.waiting_, frame);
      const n = this.numbers_.get(frame.re);
      const balance = balanceOf(frame);
      if (n !== undefined) socket.tell({ ...frame, re: n });
      else if (balance !== undefined) socket.tell({ ev: 'balance', seq: 0, balance }); // Not shown as a round.
    } else if (frame.rq !== undefined) {
      const op = answerOf(frame).op ?? '';
      const q = socket.asked.get(op);
      socket.asked.delete(op);
      if (q !== undefined) socket.tell({ ...frame, rq: q });
    } else {
      socket.tell(frame);
    }
  }

  private welcome(socket: FilmSocket, ok: object): void {
    this.greeted_ = true;
    socket.tell({ rq: socket.asked.get('hello'), ok });
    socket.asked.delete('hello');
  }
}

let projector: Projector | undefined;

function app(): App | null {
  return document.querySelector('croupier-app');
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, properties: Record<string, unknown>, ...children: (Node | string)[]) {
  const made: HTMLElementTagNameMap[K] = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

async function load<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(await response.text());
  return await response.json() as T;
}

/** All calls that the page makes are answered from the film, or not at all. */
function answerCalls(film: Film): void {
  window.fetch = (input) => {
    const path = new URL(input instanceof Request ? input.url : input, location.href).pathname;
    const known: Record<string, object> = { '/api/v1/games': film.games, '/api/v1/jackpots': film.jackpots };
    const answer = known[path];
    if (answer !== undefined) return Promise.resolve(Response.json(answer));
    return Promise.resolve(Response.json({ code: 'not_found', title: 'This is not in the recording.' }, { status: 404 }));
  };
  window.WebSocket = FilmSocket as unknown as typeof WebSocket;
}

function bar(show: Projector): HTMLElement {
  const { film } = show;
  const play = element('button', { type: 'button', id: 'film-play' });
  const seek = element('input', { type: 'range', id: 'film-seek', min: '0', max: String(Math.ceil(film.length)), step: '1', ariaLabel: 'Position' });
  const time = element('output', { id: 'film-time' });
  const speed = element('select', { id: 'film-speed', ariaLabel: 'Speed' });
  for (const value of kSpeeds) speed.append(element('option', { value: String(value) }, `${value}×`));
  play.addEventListener('click', () => {
    if (show.position >= film.length) seekTo(beginning(film), false);
    else show.playing = !show.playing;
    draw();
  });
  speed.addEventListener('change', () => (show.speed = Number(speed.value)));
  let seeking = false;
  seek.addEventListener('input', () => {
    seeking = true;
    time.value = `${clock(Number(seek.value))} / ${clock(film.length)}`;
  });
  seek.addEventListener('change', () => seekTo(Number(seek.value), !show.playing));
  const draw = () => {
    play.textContent = show.playing ? 'Pause' : 'Play';
    if (seeking) return;
    seek.value = String(show.position);
    time.value = `${clock(show.position)} / ${clock(film.length)}`;
  };
  window.setInterval(() => {
    void show.step(kStepMs);
    draw();
  }, kStepMs);
  draw();
  const wrong = film.problem === undefined ? [] : [element('p', { className: 'wrong', role: 'alert' }, `This build tells something else: ${film.problem}. Nothing behind it is shown.`)];
  return element('section', { className: 'film', ariaLabel: 'Recording' }, play, seek, time, speed,
    element('span', {}, `Recording of session ${film.session}, player ${film.player}`), element('a', { href: '/' }, 'All sessions'), ...wrong);
}

function seekTo(at: number, paused: boolean): void {
  const query = new URLSearchParams(location.search);
  query.set('at', String(Math.round(at)));
  if (paused) query.set('pause', '');
  else query.delete('pause');
  location.replace(`/?${query.toString()}`);
}

async function showSession(session: string, query: URLSearchParams): Promise<void> {
  const film = await load<Film>(`/film.json?session=${encodeURIComponent(session)}`);
  const at = Math.min(film.length, Math.max(0, Number(query.get('at') ?? beginning(film))));
  const moment = momentOf(film, at);
  projector = new Projector(film, moment, at);
  projector.playing = !query.has('pause');
  sessionStorage.clear();
  sessionStorage.setItem('croupier.session', JSON.stringify(
    { token: 'recording', nickname: moment.nickname, since: Date.now() - at, countedN: moment.lastN, net: moment.net }));
  history.replaceState(null, '', moment.game === undefined ? '#/' : `#/game/${encodeURIComponent(moment.game)}`);
  answerCalls(film);
  document.body.append(bar(projector));
  await import(document.querySelector<HTMLScriptElement>('script[data-app]')!.dataset['app']!);
  document.body.append(element('croupier-app' as 'div', { inert: true }));
}

async function listSessions(): Promise<void> {
  const all = await load<{ recording: string; problem?: string; sessions: { session: string; player: string; from: number; to: number; rounds: number }[] }>('/sessions.json');
  const rows = all.sessions.map(({ session, player, from, to, rounds }) => element('tr', {},
    element('td', {}, element('a', { href: `/?session=${session}` }, `Session ${session}`)),
    ...[player, clock(from), clock(to), String(rounds)].map((text) => element('td', {}, text))));
  const heads = ['Session', 'Player', 'From', 'To', 'Rounds asked for'].map((text) => element('th', { scope: 'col' }, text));
  document.body.append(element('main', { className: 'sessions' }, element('h1', {}, `Recording ${all.recording}`),
    element('table', {}, element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...rows)),
    ...(all.problem === undefined ? [] : [element('p', { className: 'wrong', role: 'alert' }, `This build tells something else: ${all.problem}.`)])));
}

const query = new URLSearchParams(location.search);
const session = query.get('session');
(session === null ? listSessions() : showSession(session, query)).catch((error: unknown) => {
  document.body.append(element('p', { className: 'sessions', role: 'alert' }, String(error)));
});
