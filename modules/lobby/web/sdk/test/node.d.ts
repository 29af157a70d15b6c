// The few parts of node's own library that the tests use, so that they need no further package to be type-checked.
declare module 'node:test' {
  export function test(name: string, body: () => void | Promise<void>): void;
}
declare module 'node:assert/strict' {
  interface Assert {
    (value: unknown, message?: string): asserts value;
    equal(actual: unknown, expected: unknown, message?: string): void;
    notEqual(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    rejects(promise: Promise<unknown>, expected: object): Promise<void>;
  }
  const assert: Assert;
  export default assert;
}

declare module 'node:crypto' {
  interface Digest {
    update(bytes: Uint8Array): this;
    digest(encoding: 'hex'): string;
  }
  export function createHash(name: string): Digest;
  export function createHmac(name: string, key: Uint8Array): Digest;
}
