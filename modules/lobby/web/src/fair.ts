// Provably fair draws, computed again: docs/fair.md in code that depends on nothing, so that the page works offline once saved,
// also where the browser offers no WebCrypto.

export interface Decision {
  scheme: 'v1' | 'v2';
  /** The revealed text. */
  serverSeed: string;
  clientSeed: string;
  nonce: number;
}

const kRound = Uint32Array.from({ length: 64 }, (_, i) => fraction(prime(i), 3));
const kStart = Uint32Array.from({ length: 8 }, (_, i) => fraction(prime(i), 2));

function prime(index: number): number {
  let found = 1;
  for (let left = index; left >= 0; left--) {
    do found++; while (Array.from({ length: found - 2 }, (_, i) => i + 2).some((n) => found % n === 0));
  }
  return found;
}

/** The first 32 bits of the fractional part of a root (FIPS 180-4, 4.2.2 and 5.3.3): exactly, as a whole root of a large number. */
function fraction(of: number, degree: 2 | 3): number {
  const wanted = BigInt(of) << BigInt(32 * degree);
  let low = 0n;
  for (let bit = 40n; bit >= 0n; bit--) {
    const tried = low | (1n << bit);
    if (tried ** BigInt(degree) <= wanted) low = tried;
  }
  return Number(low & 0xffff_ffffn);
}

/** FIPS 180-4. */
export function sha256(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(((message.length + 8) >> 6) * 64 + 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(padded.length - 4, message.length << 3);
  const state = kStart.slice();
  const words = new Uint32Array(64);
  const turn = (word: number, by: number) => (word >>> by) | (word << (32 - by));
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const a = words[i - 15]!, b = words[i - 2]!;
      words[i] = words[i - 16]! + words[i - 7]! + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + kRound[i]! + words[i]!) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = state[i]! + word));
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setUint32(4 * i, word));
  return new Uint8Array(digest.buffer);
}

/** RFC 2104 with SHA-256. */
export function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? sha256(key) : key);
  const joined = (pad: number, rest: Uint8Array) => sha256(Uint8Array.from([...block.map((byte) => byte ^ pad), ...rest]));
  return joined(0x5c, joined(0x36, message));
}

export function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const utf8 = (text: string) => new TextEncoder().encode(text);

/** What the player was told before the first bet. */
export function commitmentOf(serverSeed: string): string {
  return hex(sha256(utf8(serverSeed)));
}

/** values[i] in [0, bounds[i]). */
export function valuesOf({ scheme, serverSeed, clientSeed, nonce }: Decision, bounds: readonly number[]): number[] {
  const key = utf8(serverSeed);
  let block: DataView = new DataView(new ArrayBuffer(0));
  let at = 0;
  let blocks = 0;
  const next = () => {
    if (at === block.byteLength) {
      block = new DataView(hmac(key, utf8(`${clientSeed}:${nonce}:${blocks++}`)).buffer);
      at = 0;
    }
    at += 4;
    return BigInt(block.getUint32(at - 4));
  };
  return bounds.map((of) => {
    const bound = BigInt(of);
    const uneven = 2n ** 32n % bound;
    let product = next() * bound;
    while (scheme === 'v2' && (product & 0xffff_ffffn) < uneven) product = next() * bound;
    return Number(product >> 32n);
  });
}
