import assert from 'node:assert/strict';

const cards = (page) => page.locator('.playing-card');
const names = (page) => cards(page).locator('.sr').allTextContents();

export const pokerTests = [
  ['poker: a hand waits over a kill, on another device too, and is drawn to with the keyboard', async ({ server, browser }) => {
    const table = await browser.table(server.url, { reducedMotion: 'reduce' });
    const { page } = table;
    await table.enter();
    await table.open('Jacks or Better');
    await table.accessible('poker');
    const before = await table.balance();
    await page.getByRole('button', { name: 'Deal' }).click();
    await page.getByRole('button', { name: 'Draw' }).waitFor();
    await table.balanceBecomes(before - 25);
    const dealt = await names(page);
    assert.equal(new Set(dealt).size, 5);
    await server.kill();
    await server.run();

    // A second window of the same player: it is told, and finds the very hand.
    const phone = await browser.table(server.url, { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' });
    await phone.enter(table.nickname);
    await phone.banner('waiting').waitFor();
    await phone.open('Lucky Lines');
    await phone.press().catch(() => undefined);
    await phone.page.getByText('Another round of this player waits for a choice.').waitFor();
    await phone.page.getByRole('link', { name: 'Finish it' }).click();
    await cards(phone.page).first().waitFor();
    assert.deepEqual(await names(phone.page), dealt);
    for (const place of [0, 3]) {
      await cards(phone.page).nth(place).focus();
      await phone.page.keyboard.press('Space');
      assert.equal(await cards(phone.page).nth(place).getAttribute('aria-pressed'), 'true');
    }
    await phone.accessible('poker-held');
    await phone.fits('poker-held');
    await phone.shot('poker-held');
    await phone.page.getByRole('button', { name: 'Draw' }).focus();
    await phone.page.keyboard.press('Enter');
    await phone.page.getByRole('button', { name: 'Deal' }).waitFor();
    const [round] = await phone.roundsOf(server, 1);
    const { outcome, win } = await phone.ask(server, `/me/rounds/${round.round}`);
    assert.deepEqual(outcome.events.find(({ ev }) => ev === 'draw').held, [0, 3]);
    const ended = await names(phone.page);
    assert.deepEqual([ended[0], ended[3]], [dealt[0], dealt[3]]);
    await phone.balanceBecomes(before - 25 + win);
    await phone.shot('poker-result');

    // The first window comes too late, and says where the hand can be seen.
    await table.online();
    await page.getByRole('button', { name: 'Draw' }).click();
    await page.getByRole('link', { name: 'Look at the hand' }).click();
    await page.getByText('In the end').waitFor();
    await table.accessible('poker-round');
    await table.shot('poker-round');
    await table.open('Jacks or Better');
    await page.getByRole('button', { name: 'Deal' }).waitFor();
    await table.shot('poker');
    await phone.close();
    await table.close();
  }],
];
