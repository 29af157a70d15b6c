import assert from 'node:assert/strict';

/** What a player does on a good day. */
export const playTests = [
  ['play: the lobby shows each game with its stakes and its return to player', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await table.enter();
    const { games } = await table.ask(server, '/games');
    assert.equal(await table.page.locator('.tile').count(), games.length);
    for (const game of games) {
      const text = await table.page.locator('.tile', { hasText: game.name }).innerText();
      assert(text.includes(`${(game.rtp_ppm / 10_000).toFixed(2)} %`), text);
    }
    await table.page.locator('#players', { hasText: /^\s*\d+\s*$/ }).waitFor();
    await table.shot('lobby');
    await table.close();
  }],

  ['play: after each spin the balance is exactly the server\'s, and the history lists it', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await table.enter();
    const start = await table.balance();
    await table.open('Lucky Lines');
    for (let i = 0; i < 3; ++i) {
      await table.spin();
      await table.shot(`slot-${i + 1}`);
      const me = await table.ask(server, '/me');
      assert.equal(await table.balance(), me.balance.available);
    }
    const rounds = await table.roundsOf(server, 3);
    const net = rounds.reduce((sum, { stake, win }) => sum + win - stake, 0);
    assert.equal(await table.balance(), start + net);

    await table.page.getByRole('link', { name: 'History' }).click();
    for (const { round } of rounds) await table.page.getByRole('link', { name: round, exact: true }).waitFor();
    await table.page.getByRole('link', { name: rounds[0].round, exact: true }).click();
    await table.page.getByRole('heading', { name: `Round ${rounds[0].round}` }).waitFor();
    await table.page.locator('.small-reels .cell').first().waitFor();  // The heading is there before the round is.
    assert.equal(await table.page.locator('.small-reels').first().locator('.cell').count(), 15);
    await table.shot('round-slot');
    await table.page.getByRole('link', { name: 'History', exact: true }).first().click();
    await table.page.getByRole('link', { name: 'Statement' }).click();
    await table.page.getByText('Welcome gift').waitFor();
    const balances = await table.page.locator('.ledger tbody tr td:last-child').allInnerTexts();
    assert.equal(balances[0].replace(/\D/g, ''), String(start + net));
    await table.shot('statement');
    await table.close();
  }],

  ['play: a stake that was chosen is the stake that is taken', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await table.enter();
    await table.open('Lucky Lines');
    const { games } = await table.ask(server, '/games');
    const { stake_min: least } = games.find(({ game }) => game === 'lucky-lines');
    const lower = table.page.getByRole('button', { name: 'Lower stake' });
    while (await lower.isEnabled()) await lower.click();
    await table.spin();
    const [round] = await table.roundsOf(server, 1);
    assert.equal(round.stake, least);
    await table.close();
  }],

  ['play: roulette takes inside and outside bets by clicking, and lists their results', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await table.enter();
    await table.open('European Roulette');
    const spot = (key) => table.page.locator(`[data-spot="${key}"]`);
    const sum = table.page.locator('.sum output');
    await table.page.getByRole('radio').first().click();
    for (const key of ['straight:17', 'split:17-20', 'street:7-8-9', 'corner:25-26-28-29', 'six_line:31-32-33-34-35-36', 'trio:0-1-2',
      'first_four:0-1-2-3', 'column:3', 'dozen:2', 'red:', 'high:']) await spot(key).click();
    const eleven = await sum.innerText();
    await spot('black:').click();
    await table.page.getByRole('button', { name: 'Undo' }).click();
    assert.equal(await sum.innerText(), eleven);
    await table.shot('roulette-bets');
    await table.spin();

    const [summary] = await table.roundsOf(server, 1);
    const round = await table.ask(server, `/me/rounds/${summary.round}`);
    const pocket = round.outcome.events.find(({ ev }) => ev === 'pocket').number;
    assert.equal(await table.page.locator('.verdict .pocket').innerText(), String(pocket));
    assert.equal(await table.page.locator('.bets tbody tr').count(), 11);
    const paid = round.outcome.events.filter(({ ev, win }) => ev === 'bet' && win > 0).length;
    assert.equal(await table.page.locator('.bets tbody tr.won').count(), paid);
    const me = await table.ask(server, '/me');
    assert.equal(await table.balance(), me.balance.available);
    await table.shot('roulette-result');

    await table.page.getByRole('button', { name: 'Repeat' }).click();
    assert.equal(await sum.innerText(), eleven);
    await table.page.getByRole('button', { name: 'Clear' }).click();
    assert(await table.spinButton.isDisabled());
    await table.close();
  }],

  ['play: a nickname that is taken is logged in, and finds its money', async ({ server, browser }) => {
    const first = await browser.table(server.url);
    await first.enter();
    await first.open('Lucky Lines');
    await first.spin();
    const balance = await first.balance();
    const second = await browser.table(server.url);
    await second.enter(first.nickname);
    await second.balanceBecomes(balance);
    // One player, two windows: what one of them spends is seen in the other.
    await first.spin();
    await second.balanceBecomes(await first.balance());
    await first.close();
    await second.close();
  }],

  ['play: a nickname that is refused says why', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await table.page.goto(server.url);
    await table.page.getByLabel('Nickname').fill('<no>');
    await table.page.getByRole('button', { name: 'Enter the casino' }).click();
    await table.page.getByRole('alert').filter({ hasText: /2 to 24/ }).waitFor();
    await table.close();
  }],

  ['play: leaving ends the session on the server too', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await table.enter();
    const token = await table.token();
    assert(!table.page.url().includes(token));
    await table.page.getByRole('button', { name: /^Leave/ }).click();
    await table.page.getByLabel('Nickname').waitFor();
    const response = await fetch(`${server.url}/api/v1/me`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(response.status, 401);
    assert.equal(await table.page.evaluate(() => sessionStorage.length), 0);
    await table.close();
  }],
];
