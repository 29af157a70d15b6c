// npm ws as a client of the server: echoes, fragments, pings, closes, and a hello on /ws.
// usage: node ws_client.mjs FOLDER-WITH-NODE_MODULES ws://HOST:PORT TOKEN
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';

const [, , packages, url, token] = process.argv;
const require = createRequire(path.join(path.resolve(packages), 'package.json'));
const WebSocket = require('ws');

async function open(where, protocols) {
  const socket = new WebSocket(url + where, protocols);
  await once(socket, 'open');
  return socket;
}

async function answer(socket, send) {
  const message = once(socket, 'message');
  send();
  const [data, binary] = await message;
  return binary ? data : data.toString();
}

const echo = await open('/ws/echo');
assert.equal(echo.extensions, '', 'ws offers permessage-deflate; the server takes no extension');
for (const text of ['', 'hello', '€😀', 'x'.repeat(16000)]) {
  assert.equal(await answer(echo, () => echo.send(text)), text);
}
const bytes = Buffer.alloc(16000, 0xfe);
assert.deepEqual(await answer(echo, () => echo.send(bytes)), bytes);
assert.equal(await answer(echo, () => {
  echo.send('in ', { fin: false });
  echo.ping('between');
  echo.send('two pieces', { fin: true });
}), 'in two pieces');
const pong = once(echo, 'pong');
echo.ping('are you there?');
assert.equal((await pong)[0].toString(), 'are you there?');
let closed = once(echo, 'close');
echo.close(3333, 'enough');
assert.equal((await closed)[0], 3333);

const large = await open('/ws/echo');
closed = once(large, 'close');
large.send('x'.repeat(20000));
assert.equal((await closed)[0], 1009);

const play = await open('/ws', ['croupier.v1']);
assert.equal(play.protocol, 'croupier.v1');
const welcome = JSON.parse(await answer(play, () => play.send(JSON.stringify({ q: 1, op: 'hello', token }))));
assert.equal(welcome.ok.op, 'hello');
closed = once(play, 'close');
play.close(1000);
assert.equal((await closed)[0], 1000);
console.log('all as expected');
