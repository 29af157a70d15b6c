import assert from 'node:assert/strict';

/** The same player on another device: spins until `seen` says so of an answer, which is given back. */
function elsewhere(table, game, stake, seen) {
  return table.page.evaluate(async ({ nickname, game, stake, seen }) => {
    const login = await fetch('/api/v1/sessions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ nickname }) });
    const { token } = await login.json();
    const socket = new WebSocket(`ws://${location.host}/ws`, 'croupier.v1');
    const answers = [];
    let waiting;
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.re === undefined && frame.rq === undefined) return;
      answers.push(frame);
      waiting?.();
    };
    await new Promise((resolve) => (socket.onopen = resolve));
    const ask = async (frame) => {
      socket.send(JSON.stringify(frame));
      while (answers.length === 0) await new Promise((resolve) => (waiting = resolve));
      return answers.shift();
    };
    await ask({ q: 1, op: 'hello', token });
    for (let n = 1; n < 5000;) {
      const { ok, error } = await ask({ n, op: 'spin', game, stake });
      if (error?.code === 'rate_limited') {
        await new Promise((resolve) => setTimeout(resolve, error.retry_after_ms));
        continue;
      }
      if (error) throw new Error(error.code);
      n++;
      if (seen === 'awaits' ? ok.awaits : ok.outcome.events.some(({ ev }) => ev === seen)) {
        socket.close();
        return ok;
      }
    }
    throw new Error(`no ${seen}`);
  }, { nickname: table.nickname, game, stake, seen });
}

export const featureTests = [
  ['features: reels that show the star are held, and the others spin again', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    const { page } = table;
    await table.enter();
    await table.open('Starry Night');
    await page.getByText('Pay table and rules').click();
    await page.getByText('reels that show the star are held and the others spin again, up to 3 times').waitFor();
    // With all its motion, until one is seen.
    for (let i = 0; i < 40; i++) {
      await table.press();
      await table.settled();
      const [{ round }] = (await table.ask(server, '/me/rounds?limit=1')).rounds;
      const { outcome } = await table.ask(server, `/me/rounds/${round}`);
      const respins = outcome.events.filter(({ ev }) => ev === 'respin');
      if (respins.length === 0) continue;
      await page.goto(`${server.url}/#/round/${round}`);
      await page.getByRole('heading', { name: 'Respin' }).first().waitFor();
      assert.equal(await page.getByRole('heading', { name: 'Respin' }).count(), respins.length);
      await table.accessible('respin');
      await table.shot('respin');
      // And again at the game, as what it is (GLI-19 4.14): nothing moves but the reels.
      const balance = await table.balance();
      await page.getByRole('link', { name: 'Show it again' }).click();
      await table.banner('again').waitFor();
      await page.getByText(`Replay of round ${round}`).waitFor();
      await page.locator('.reels[aria-label^="The reels are turning"]').waitFor();
      await table.settled();
      await table.accessible('again');
      await table.shot('again');
      const last = outcome.events.filter(({ ev }) => ev === 'reels').at(-1);
      const { definition } = (await table.ask(server, '/games')).games.find(({ game }) => game === 'starry-night');
      const names = last.grid.map(([top]) => definition.symbols[top].name).join(', ');
      assert((await page.locator('.reels').getAttribute('aria-label')).startsWith(`Row 1: ${names}.`));
      assert.equal(await table.balance(), balance);
      assert.equal((await table.ask(server, '/me/rounds?limit=1')).rounds[0].round, round);
      await table.close();
      return;
    }
    assert.fail('no respin in 40 spins');
  }],
  ['features: a pick waits on another device, is made with the keyboard, and shows what was in each box', async ({ server, browser }) => {
    const table = await browser.table(server.url, { viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' });
    const { page } = table;
    await table.enter();
    const asked = await elsewhere(table, 'treasure-chests', 15, 'awaits');
    await page.reload();
    await table.banner('waiting').waitFor();
    await page.getByRole('link', { name: 'Finish it' }).click();
    const boxes = page.getByRole('group', { name: 'Pick one' });
    await boxes.waitFor();
    assert.equal(await boxes.getByRole('button').count(), 5);
    assert(await table.spinButton.isDisabled());
    await table.accessible('pick');
    await table.fits('pick');
    await table.shot('pick');
    await server.kill(); // It waits for as long as the house says, whatever happens.
    await server.run();
    await table.online();
    await boxes.getByRole('button', { name: 'Pick box 3' }).focus();
    await page.keyboard.press('Enter');
    await boxes.getByText('Box 3, yours').waitFor();
    await table.settled();
    await table.shot('picked');
    const { outcome, win } = await table.ask(server, `/me/rounds/${asked.round}`);
    const picked = outcome.events.find(({ ev }) => ev === 'picked');
    assert.equal(picked.box, 2);
    assert.deepEqual([...picked.wins].sort((a, b) => a - b), [30, 45, 75, 150, 675]);
    await table.balanceBecomes(asked.balance.available + win);
    await page.goto(`${server.url}/#/round/${asked.round}`);
    await page.getByText('Box 3: ').waitFor();
    await table.accessible('picked-round');
    await table.close();
  }],
];
