import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const kShots = process.env.CROUPIER_SCREENSHOTS ?? join(tmpdir(), 'croupier-screenshots');
const kAxe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kArguments = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

let names = 0;

/** One browser for all tests; each table is a window of its own, with storage of its own. */
export class Browser {
  static async open() {
    const browser = new Browser();
    browser.profile = await mkdtemp(join(tmpdir(), 'croupier-chromium-'));
    browser.chromium = await chromium.launch({
      executablePath: process.env.CROUPIER_CHROMIUM ?? '/usr/bin/chromium', args: [...kArguments, `--crash-dumps-dir=${browser.profile}`],
    });
    await mkdir(kShots, { recursive: true });
    return browser;
  }

  /** A player's window on `url`. `options` are Playwright's: viewport, reducedMotion. */
  async table(url, options = {}) {
    const context = await this.chromium.newContext({ viewport: { width: 1280, height: 860 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    return new Table(url, context, page);
  }

  async close() {
    await this.chromium.close();
    await rm(this.profile, { recursive: true, force: true });
  }
}

export class Table {
  constructor(url, context, page) {
    this.url = url;
    this.context = context;
    this.page = page;
    this.complaints = [];
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // That the network failed is what some tests are about, and Chromium says so in the console.
      if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text())) this.complaints.push(message.text());
    });
  }

  async enter(nickname = `Ada ${process.pid} ${++names}`) {
    this.nickname = nickname;
    await this.page.goto(this.url);
    await this.page.getByLabel('Nickname').fill(nickname);
    await this.page.getByRole('button', { name: 'Enter the casino' }).click();
    await this.page.locator('.tile').first().waitFor();
    await this.online();
    return this;
  }

  /** Leaves the window; everything that the page complained about in its console is a failure. */
  async close() {
    await this.context.close();
    assert.deepEqual(this.complaints, [], 'the page complained');
  }

  async open(game) {
    await this.page.getByRole('link', { name: 'Croupier, lobby' }).click();
    await this.page.getByRole('link', { name: game, exact: true }).click();
    await this.page.getByRole('heading', { name: game, level: 1 }).waitFor();
  }

  get spinButton() {
    return this.page.locator('button.spin');
  }

  /** Presses Spin. */
  async press() {
    await this.spinButton.click();
    await this.page.locator('button.spin[disabled]').waitFor();
  }

  /** Until the round has been shown to its end and another may begin. */
  async settled() {
    await this.page.locator('button.spin:not([disabled]), .bets').first().waitFor({ timeout: 120_000 });
    await this.page.waitForFunction(() => !/Good luck|No more bets|Rolling/.test(document.querySelector('button.spin').textContent), null, { timeout: 120_000 });
  }

  async spin() {
    await this.press();
    await this.settled();
  }

  async online() {
    await this.page.waitForFunction(() => !document.querySelector('[data-banner="reconnecting"]') && document.querySelector('#balance')?.dataset.minor);
  }

  banner(name) {
    return this.page.locator(`[data-banner="${name}"]`);
  }

  async balance() {
    const minor = await this.page.locator('#balance').getAttribute('data-minor');
    assert.match(minor ?? '', /^\d+$/);
    return Number(minor);
  }

  /** The page shows this many minor units, sooner or later. */
  async balanceBecomes(minor) {
    await this.page.locator(`#balance[data-minor="${minor}"]`).waitFor();
  }

  async token() {
    return this.page.evaluate(() => JSON.parse(sessionStorage.getItem('croupier.session')).token);
  }

  /** What the server itself answers under /api/v1, asked past the page. */
  async ask(server, path) {
    this.kept ??= await this.token();
    const response = await fetch(`${server.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${this.kept}` } });
    assert.equal(response.status, 200, `${path}: ${response.status}`);
    return response.json();
  }

  /** The server's own list of rounds, once it shows `count` of them: what it shows follows the commit by a moment. */
  async roundsOf(server, count) {
    return until(`${count} rounds`, async () => {
      const { rounds } = await this.ask(server, '/me/rounds?limit=100');
      assert(rounds.length <= count, `${rounds.length} rounds, not ${count}`);
      return rounds.length === count ? rounds : undefined;
    });
  }

  async shot(name) {
    await this.page.screenshot({ path: join(kShots, `${name}.png`) });
  }

  /** No serious or critical violation in what the page shows now. */
  async accessible(where) {
    await this.page.evaluate(kAxe);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(grave.map(({ id, nodes }) => `${where}: ${id} at ${nodes.map(({ target }) => target).join(', ')}`), []);
  }

  async fits(where) {
    const over = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(over, 0, `${where}: ${over} px too wide`);
  }
}

/** Asks `question` until it answers anything but undefined; for what no event announces. */
export async function until(what, question, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const answer = await question();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited ${seconds} s for ${what}`);
}
