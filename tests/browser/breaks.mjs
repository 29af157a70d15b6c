import assert from 'node:assert/strict';
import { until } from './support/table.mjs';
import { Wire } from './support/wire.mjs';

/** The connection breaks, the server dies: nothing is lost and nothing is played twice. */
export const breakTests = [
  ['breaks: a cut wire is shown, and resumed when it is whole again', async ({ server, browser }) => {
    const wire = await Wire.to(server);
    const table = await browser.table(wire.url);
    await table.enter();
    await table.open('Lucky Lines');
    await table.spin();
    const balance = await table.balance();
    wire.cut();
    await table.banner('reconnecting').waitFor();
    await table.shot('reconnecting');
    wire.mend();
    // The page also tries by itself, and the button is gone once that succeeds: then there is nothing left to hit.
    const resumed = table.banner('resumed').waitFor();
    const hit = table.page.getByRole('button', { name: 'Try now' }).click().catch(() => {});
    await Promise.race([hit, resumed]);
    await resumed;
    await table.shot('resumed');
    assert.equal(await table.balance(), balance);
    await table.spin();
    await table.roundsOf(server, 2);
    await table.close();
    await wire.close();
  }],

  ['breaks: a spin whose answer is lost on the wire is answered after the reconnect, once', async ({ server, browser }) => {
    const wire = await Wire.to(server);
    const table = await browser.table(wire.url);
    await table.enter();
    const start = await table.balance();
    await table.open('Lucky Lines');
    wire.deafen();
    await table.press();
    // Nobody closes this connection: the client has to notice by itself that the server has fallen silent.
    await table.banner('resumed').waitFor();
    assert(wire.lost > 0, 'the server had answered');
    await table.settled();
    const [round] = await table.roundsOf(server, 1);
    assert.equal(await table.balance(), start - round.stake + round.win);
    await table.close();
    await wire.close();
  }],

  ['breaks: the server is killed and comes back under the open page', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await table.enter();
    await table.open('Lucky Lines');
    await table.spin();
    const balance = await table.balance();
    await server.kill();
    await table.banner('reconnecting').waitFor();
    await server.run();
    await table.banner('refreshed').waitFor();
    assert.equal(await table.balance(), balance);
    assert.equal((await table.ask(server, '/me')).balance.available, balance);
    await table.page.getByRole('link', { name: 'History' }).click();
    await table.page.locator('.ledger tbody tr').waitFor();
    assert.equal(await table.page.locator('.ledger tbody tr').count(), 1);
    await table.close();
  }],

  ['breaks: a spin sent while the server is dead is decided exactly once', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await table.enter();
    const start = await table.balance();
    await table.open('Lucky Lines');
    await server.kill();
    await table.banner('reconnecting').waitFor();
    await table.press();
    await table.page.getByText('will be decided exactly once').waitFor();
    await table.shot('spin-while-dead');
    await server.run();
    await table.settled();
    const [round] = await table.roundsOf(server, 1);
    assert.equal(await table.balance(), start - round.stake + round.win);
    await table.close();
  }],

  ['breaks: a spin that was decided before the server died keeps its outcome', async ({ server, browser }) => {
    const wire = await Wire.to(server);
    const table = await browser.table(wire.url);
    await table.enter();
    const start = await table.balance();
    await table.open('European Roulette');
    await table.page.locator('[data-spot="red:"]').click();
    wire.deafen();
    await table.press();
    const [decided] = await table.roundsOf(server, 1);
    await server.kill();
    await server.run();
    await table.settled();
    const [after] = await table.roundsOf(server, 1);
    assert.deepEqual(after, decided);
    assert.equal(await table.balance(), start - decided.stake + decided.win);
    const { outcome } = await table.ask(server, `/me/rounds/${decided.round}`);
    const pocket = outcome.events.find(({ ev }) => ev === 'pocket').number;
    assert.equal(await table.page.locator('.verdict .pocket').innerText(), String(pocket));
    await table.close();
    await wire.close();
  }],

  ['breaks: a spin survives a reload of the page, and its first answer is shown', async ({ server, browser }) => {
    const wire = await Wire.to(server);
    const table = await browser.table(wire.url);
    await table.enter();
    const start = await table.balance();
    await table.open('Lucky Lines');
    wire.deafen();
    await table.press();
    const [round] = await table.roundsOf(server, 1);
    await table.page.reload();
    await table.banner('recovered').waitFor();
    await table.settled();
    assert.notEqual(await table.page.locator('.message').innerText(), 'Choose your stake and spin.');
    await table.shot('recovered');
    await table.roundsOf(server, 1);
    await table.balanceBecomes(start - round.stake + round.win);
    const net = await table.page.locator('#net').innerText();
    assert.equal(Number(net.replace(/[^\d]/g, '')), Math.abs(round.win - round.stake), 'the net position counts it once');
    await table.close();
    await wire.close();
  }],

  ['breaks: a stopping server is announced, and left cleanly', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await table.enter();
    server.child.kill('SIGTERM');
    await table.page.locator('[data-banner="draining"], [data-banner="reconnecting"]').waitFor();
    assert.deepEqual(await server.exit, { code: 0, signal: null });
    await server.run();
    await table.banner('refreshed').waitFor();
    await table.close();
  }],

  ['breaks: a session opened in another window is handed over, and taken back', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await table.enter();
    const kept = await table.page.evaluate(() => sessionStorage.getItem('croupier.session'));
    const other = await table.context.newPage();
    await other.addInitScript((text) => sessionStorage.setItem('croupier.session', text), kept);
    await other.goto(server.url);
    await table.banner('taken_over').waitFor();
    await table.page.getByRole('button', { name: 'Play here instead' }).click();
    await other.locator('[data-banner="taken_over"]').waitFor();
    await until('the first window to be online', async () => ((await table.banner('taken_over').count()) === 0 ? true : undefined));
    await table.close();
  }],
];
