import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { betOf, labelOf, pays } from '../src/dice/rules.js';
import { commitmentOf, hex, hmac, sha256, valuesOf } from '../src/fair.js';

const kSeed = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f.44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

test('fair: the hash and the code for messages are those of node', () => {
  for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 127, 129, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
    assert.equal(hex(sha256(bytes)), createHash('sha256').update(bytes).digest('hex'), `${length} bytes`);
    assert.equal(hex(hmac(bytes, bytes)), createHmac('sha256', bytes).update(bytes).digest('hex'), `${length} bytes as key`);
  }
});

test('fair: the test vectors of docs/fair.md', () => {
  const drawn = (scheme: 'v1' | 'v2', clientSeed: string, nonce: number, bounds: number[]) =>
    valuesOf({ scheme, serverSeed: kSeed, clientSeed, nonce }, bounds);
  assert.equal(commitmentOf(kSeed), '5f9138c8db1fc199d1b35eb5fc7f6387e070c6ea80dda35a886c42b91ab9f6b7');
  for (const scheme of ['v1', 'v2'] as const) {
    assert.deepEqual([1, 2, 3].map((nonce) => drawn(scheme, 'my-seed', nonce, [10000])[0]), [5721, 2685, 6295]);
  }
  assert.deepEqual(drawn('v1', 'my-seed', 1, [52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41]), [29, 42, 26, 14, 18, 21, 33, 6, 4, 14, 38, 29]);
  assert.deepEqual(drawn('v1', 'x', 2, [3_000_000_000]), [638_329_643]);
  assert.deepEqual(drawn('v2', 'x', 2, [3_000_000_000]), [2_411_613_745]);
});

test('dice: a bet pays what its chance allows less the edge, as the server reckons it', () => {
  const rules = { outcomes: 10_000, edge_ppm: 10_000, chance_min: 100, chance_max: 9800, scheme: 'v2' } as const;
  assert.deepEqual([100, 4950, 5000, 6667, 9800].map((chance) => pays(rules, chance)), [9900, 200, 198, 148, 101]);
  assert.deepEqual(betOf('over', 4950, 100, rules), { kind: 'over', numbers: [5050], stake: 100 });
  assert.equal(labelOf(betOf('over', 4950, 100, rules)), 'From 50.50');
  assert.equal(labelOf(betOf('under', 5000, 100, rules)), 'Under 50.00');
});
