import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Server } from './support/server.mjs';

/** `croupier-replay --serve` on the recordings of a server that has ended. */
class Film {
  static async of(server) {
    const film = new Film();
    film.child = spawn(process.env.CROUPIER_REPLAY, ['--serve', '0', join(server.dir, 'recordings')], { stdio: ['ignore', 'pipe', 'inherit'] });
    film.exit = once(film.child, 'exit');
    // A test that failed does not keep the others from ending.
    film.child.unref();
    film.child.stdout.unref();
    process.once('exit', () => film.child.kill('SIGKILL'));
    for await (const line of createInterface({ input: film.child.stdout })) {
      const found = /on (http:\S+)/.exec(line);
      if (found === null) continue;
      film.url = found[1];
      return film;
    }
    throw new Error('croupier-replay ended before it listened');
  }

  async end() {
    this.child.kill('SIGTERM');
    await this.exit;
  }
}

const plain = (text) => text.replace(/\s+/g, ' ').trim();

/** In the page: every text and balance that is shown, however briefly; the film goes on as fast as its player did. */
function keepWhatIsShown() {
  globalThis.shownTexts = [];
  globalThis.shownBalances = [];
  new MutationObserver(() => {
    for (const { innerText } of document.querySelectorAll('.message, .verdict')) globalThis.shownTexts.push(innerText.replace(/\s+/g, ' ').trim());
    globalThis.shownBalances.push(document.querySelector('#balance')?.dataset.minor);
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
}

/** A recording is shown as its player saw it, in the page that the player had. */
export const filmTests = [
  ['film: the session is shown again as its player saw it, round for round, and nothing in it can be pressed', async ({ browser }) => {
    const server = await Server.start();
    const table = await browser.table(server.url);
    await table.enter();
    const { balance: { available: start } } = await table.ask(server, '/me');
    await table.open('Lucky Lines');
    const seen = [];
    const net = ({ page }) => page.locator('#net').innerText();
    const see = async (what) => seen.push({ balance: await table.balance(), net: await net(table), text: await table.page.locator(what).innerText() });
    for (let i = 0; i < 2; ++i) {
      await table.spin();
      await see('.message');
    }
    await table.open('European Roulette');
    await table.page.locator('[data-spot="red:"]').click();
    await table.spin();
    await see('.verdict');
    await table.close();
    await server.end();

    const film = await Film.of(server);
    const again = await browser.table(film.url);
    await again.page.addInitScript(keepWhatIsShown);
    await again.page.goto(film.url);
    await again.page.getByRole('link', { name: 'Session 1' }).waitFor();
    await again.accessible('the list of sessions');
    await again.shot('film-sessions');
    await again.page.getByRole('link', { name: 'Session 1' }).click();
    await again.balanceBecomes(start);
    for (const [i, { balance, text }] of seen.entries()) {
      await again.page.waitForFunction((told) => globalThis.shownTexts.includes(told), plain(text), { timeout: 60_000 });
      await again.page.waitForFunction((minor) => globalThis.shownBalances.includes(minor), String(balance), { timeout: 60_000 });
      await again.shot(`film-${i + 1}`);
    }
    assert.equal(await again.page.locator('croupier-app').evaluate((app) => app.inert), true);

    // To the middle, where it stands still.
    const { scenes } = await (await fetch(`${film.url}/film.json?session=1`)).json();
    const second = scenes.find(({ frame }) => frame?.re === 2).at;
    await again.page.locator('#film-play', { hasText: 'Play' }).waitFor(); // It is over.
    await again.page.locator('#film-seek').evaluate((seek, at) => {
      seek.value = String(at);
      seek.dispatchEvent(new Event('change'));
    }, Math.ceil(second) + 1);
    await again.page.waitForURL(/at=/);
    await again.balanceBecomes(seen[1].balance);
    await again.page.getByRole('heading', { name: 'Lucky Lines' }).waitFor();
    assert.equal(await net(again), seen[1].net);
    await again.page.locator('#film-play', { hasText: 'Play' }).click();
    await again.balanceBecomes(seen[2].balance);
    assert.equal(await net(again), seen[2].net);
    await again.close();
    await film.end();
    await server.stop();
  }],
];
