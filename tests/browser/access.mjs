import assert from 'node:assert/strict';

const kNarrow = { viewport: { width: 360, height: 740 } };

/** Goes through every view; `look` judges each. */
async function tour(table, look) {
  await table.page.goto(table.url);
  await table.page.getByLabel('Nickname').waitFor();
  await look('login');
  await table.enter();
  await look('lobby');
  await table.open('Lucky Lines');
  await look('slot');
  await table.page.getByText('Pay table and rules').click();
  await look('slot-paytable');
  await table.spin();
  await look('slot-result');
  await table.open('European Roulette');
  await look('roulette');
  await table.page.locator('[data-spot="corner:25-26-28-29"]').click();
  await table.page.locator('[data-spot="red:"]').click();
  await look('roulette-bets');
  await table.spin();
  await look('roulette-result');
  await table.page.getByRole('link', { name: 'History' }).click();
  await table.page.locator('.ledger tbody tr').first().waitFor();
  await look('rounds');
  for (const row of [0, 1]) {
    await table.page.locator('.ledger tbody a').nth(row).click();
    await table.page.locator('.facts').waitFor();
    await look(`round-${row}`);
    await table.page.goBack();
    await table.page.locator('.ledger tbody tr').first().waitFor();
  }
  await table.page.getByRole('link', { name: 'Statement' }).click();
  await table.page.getByText('Welcome gift').waitFor();
  await look('statement');
}

/** Presses Tab until the focus is on what `selector` names, and sees that it can be seen. */
async function tabTo(page, selector) {
  for (let i = 0; i < 60; ++i) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate((wanted) => {
      const focus = document.activeElement;
      const marked = focus.closest('.tile') ?? focus; // A tile shows the focus of the link that reaches over it.
      const { outlineStyle, outlineWidth } = getComputedStyle(marked);
      return focus.matches(wanted) ? { seen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 } : undefined;
    }, selector);
    if (here !== undefined) {
      assert(here.seen, `the focus on ${selector} cannot be seen`);
      return;
    }
  }
  throw new Error(`Tab never came to ${selector}`);
}

export const accessTests = [
  ['access: axe finds nothing serious in any view', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await tour(table, (where) => table.accessible(where));
    await table.close();
  }],

  ['access: at 360 px nothing scrolls sideways, and axe finds nothing serious', async ({ server, browser }) => {
    const table = await browser.table(server.url, kNarrow);
    await tour(table, async (where) => {
      await table.fits(where);
      await table.accessible(`narrow ${where}`);
      await table.shot(`narrow-${where}`);
    });
    await table.close();
  }],

  ['access: the banners are as accessible as the views', async ({ server, browser }) => {
    const table = await browser.table(server.url, kNarrow);
    await table.enter();
    await server.kill();
    await table.banner('reconnecting').waitFor();
    await table.accessible('reconnecting');
    await table.fits('reconnecting');
    await server.run();
    await table.banner('refreshed').waitFor();
    await table.accessible('refreshed');
    await table.close();
  }],

  ['access: everything can be played with the keyboard alone', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    const { page } = table;
    const { keyboard } = page;
    await page.goto(server.url);
    await page.locator('#nickname:focus').waitFor();
    await keyboard.type(`Keys ${process.pid}`);
    await keyboard.press('Enter');
    await page.locator('.tile').first().waitFor();
    await table.online();

    await tabTo(page, '.tile a[href$="lucky-lines"]');
    await keyboard.press('Enter');
    await page.locator('h1:focus', { hasText: 'Lucky Lines' }).waitFor();
    await tabTo(page, '[aria-label="Lower stake"]');
    const before = await page.locator('.stake output').innerText();
    await keyboard.press('Enter');
    assert.notEqual(await page.locator('.stake output').innerText(), before);
    await tabTo(page, 'button.spin');
    await keyboard.press('Space');
    await page.locator('button.spin[disabled]').waitFor();
    await table.settled();
    await page.locator('#voice', { hasText: /Balance/ }).waitFor();
    await table.roundsOf(server, 1);

    await table.open('European Roulette');
    await tabTo(page, '[data-spot="straight:17"]');
    await keyboard.press('Enter');
    await keyboard.press('ArrowRight');
    assert.equal(await page.evaluate(() => document.activeElement.dataset.spot), 'split:17-20');
    await keyboard.press('Enter');
    await keyboard.press('Enter');
    await keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement.dataset.spot), 'corner:16-17-19-20');
    await keyboard.press('Enter');
    await keyboard.press('Delete');
    await tabTo(page, '[role="radio"]');
    const chip = await page.evaluate(() => document.activeElement.dataset.chip);
    await keyboard.press('ArrowRight');
    await page.waitForFunction((last) => document.activeElement.dataset.chip !== last, chip);
    await tabTo(page, 'button.spin');
    await keyboard.press('Enter');
    await page.locator('.bets').waitFor();
    const [round] = await table.roundsOf(server, 2);
    const { bets } = await table.ask(server, `/me/rounds/${round.round}`);
    assert.deepEqual(bets.map(({ kind, numbers, stake }) => [kind, numbers, stake]),
      [['straight', [17], Number(chip)], ['split', [17, 20], 2 * Number(chip)]]);
    await page.locator('#voice', { hasText: /^\d+ (red|black|green)\. .*Balance/ }).waitFor();
    await table.close();
  }],

  ['access: with reduced motion nothing moves', async ({ server, browser }) => {
    const table = await browser.table(server.url, { reducedMotion: 'reduce' });
    await table.enter();
    // Counts, at every frame, what moves: animations and transitions, and the wheel, which is turned by hand.
    await table.page.evaluate(() => {
      globalThis.moved = [];
      const look = () => {
        for (const animation of document.getAnimations()) globalThis.moved.push(animation.animationName ?? animation.transitionProperty ?? 'animation');
        requestAnimationFrame(look);
      };
      look();
    });
    await table.open('Lucky Lines');
    await table.spin();
    await table.open('European Roulette');
    await table.page.locator('[data-spot="red:"]').click();
    await table.page.evaluate(() => {
      globalThis.poses = new Set();
      new MutationObserver(() => globalThis.poses.add(document.querySelector('.rotor').getAttribute('transform')))
        .observe(document.querySelector('.rotor'), { attributes: true });
    });
    await table.spin();
    assert.deepEqual(await table.page.evaluate(() => globalThis.moved), []);
    assert.equal(await table.page.evaluate(() => globalThis.poses.size), 1, 'the wheel goes to its number in one step');
    await table.close();
  }],

  ['access: sound is off until the player asks for it', async ({ server, browser }) => {
    const table = await browser.table(server.url);
    await table.context.addInitScript(() => {
      globalThis.sounds = 0;
      const Real = globalThis.AudioContext;
      globalThis.AudioContext = class extends Real {
        createOscillator() {
          globalThis.sounds += 1;
          return super.createOscillator();
        }
      };
    });
    await table.enter();
    await table.open('Lucky Lines');
    await table.spin();
    assert.equal(await table.page.evaluate(() => globalThis.sounds), 0);
    await table.page.getByRole('button', { name: 'Sound off' }).click();
    await table.page.getByRole('button', { name: 'Sound on' }).waitFor();
    assert(await table.page.evaluate(() => globalThis.sounds) > 0);
    await table.close();
  }],
];
