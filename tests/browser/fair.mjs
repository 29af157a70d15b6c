import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const fairTests = [
  ['fair: dice is played, its seeds are revealed, and a saved page without a network computes each round again', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    const { page } = table;
    await table.enter();
    await table.open('Dice');
    await page.getByText('Provably fair').click();
    // The page has chosen a seed before the first bet, so that none decides that the casino could know.
    await page.locator('.seeds dd').nth(1).filter({ hasText: /^[0-9a-f]{16}$/ }).waitFor();
    await page.getByLabel('Your next seed').fill('my-own-seed');
    await page.getByRole('button', { name: 'New seeds' }).click();
    await page.getByText('my-own-seed', { exact: true }).waitFor();
    const promised = await page.locator('.seeds dd').first().textContent();
    assert.match(promised, /^[0-9a-f]{64}$/);
    await table.spin();
    await table.spin();
    await page.locator('.seeds dd').nth(2).getByText('2', { exact: true }).waitFor();
    await table.accessible('dice');
    await table.fits('dice');
    await table.shot('dice');

    const rounds = await table.roundsOf(server, 2);
    const second = await table.ask(server, `/me/rounds/${rounds[0].round}`);
    const number = second.outcome.events.find(({ ev }) => ev === 'roll').number;
    // Before they are revealed the round's page says what to do, afterwards it has the link.
    await page.goto(`${server.url}/#/round/${rounds[0].round}`);
    await page.getByText('Round 2 of seeds 2.').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Verify this round' }).count(), 0);
    await page.getByRole('link', { name: 'at the table' }).click();
    await page.getByText('Provably fair').click();
    await page.getByRole('button', { name: 'New seeds' }).click();
    await page.getByText('Seeds 2, 2 rounds:').waitFor();
    await page.goto(`${server.url}/#/round/${rounds[0].round}`);
    const link = page.getByRole('link', { name: 'Verify this round' });
    await link.waitFor();
    const [opened] = await Promise.all([table.context.waitForEvent('page'), link.click()]);
    await opened.getByText(`The number: ${number}`).waitFor();
    await opened.getByText('It is the seed that was promised.').waitFor();
    assert.equal(await opened.getByLabel(/^Commitment/).inputValue(), promised);

    const folder = await mkdtemp(join(tmpdir(), 'croupier-saved-'));
    const file = join(folder, 'verify.html');
    await writeFile(file, await (await fetch(`${server.url}/verify.html`)).text());
    await table.context.setOffline(true);
    const saved = await table.context.newPage();
    const asked = [];
    saved.on('request', (request) => asked.push(request.url()));
    await saved.goto(`file://${file}${new URL(opened.url()).hash}`);
    await saved.getByText(`The number: ${number}`).waitFor();
    await saved.getByLabel(/^Commitment/).fill('0'.repeat(64));
    await saved.getByText('It is NOT the seed that was promised.').waitFor();
    assert.equal(asked.length, 1, 'the saved page asks for nothing but itself');
    await saved.screenshot({ path: join(folder, 'verify.png') });
    await table.context.setOffline(false);
    await rm(folder, { recursive: true, force: true });
    await table.close();
  }],
];
