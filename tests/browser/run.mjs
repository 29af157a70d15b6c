// node run.mjs: every browser test, one after another, against the binary that CROUPIER_BIN names.
// CROUPIER_SCREENSHOTS is the folder for pictures. A word as argument runs only the tests whose name holds it.
import { after, before, test } from 'node:test';
import { Browser } from './support/table.mjs';
import { Server } from './support/server.mjs';
import { accessTests } from './access.mjs';
import { breakTests } from './breaks.mjs';
import { fairTests } from './fair.mjs';
import { featureTests } from './features.mjs';
import { filmTests } from './film.mjs';
import { playTests } from './play.mjs';
import { pokerTests } from './poker.mjs';

const house = {};

before(async () => {
  house.server = await Server.start();
  house.browser = await Browser.open();
});

after(async () => {
  await house.browser?.close();
  await house.server?.stop();
});

for (const [name, body] of [...playTests, ...breakTests, ...filmTests, ...fairTests, ...pokerTests, ...featureTests, ...accessTests]) {
  if (name.includes(process.argv[2] ?? '')) test(name, { timeout: 180_000 }, async () => {
    await house.server.ensure();
    await body(house);
  });
}
