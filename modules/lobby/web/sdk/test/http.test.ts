import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CroupierApi } from '../src/index.js';

interface Call {
  url: string;
  method: string | undefined;
  headers: Record<string, string>;
  body: unknown;
}

function api(status: number, body: unknown, token?: string) {
  const calls: Call[] = [];
  const fake = (async (url: string, init: RequestInit) => {
    calls.push({ url, method: init.method, headers: init.headers as Record<string, string>, body: init.body });
    return new Response(status === 204 ? null : JSON.stringify(body), { status });
  }) as unknown as typeof fetch;
  return { calls, api: new CroupierApi({ base: 'http://test', fetch: fake, token }) };
}

test('http: the token goes into a header, and only where a session is asked for', async () => {
  const { calls, api: client } = api(200, { rounds: [], next: '5' }, 'secret');
  assert.deepEqual(await client.rounds('9', 10), { entries: [], next: '5' });
  await client.register('Ada');
  assert.equal(calls[0]?.url, 'http://test/api/v1/me/rounds?before=9&limit=10');
  assert.equal(calls[0]?.headers['Authorization'], 'Bearer secret');
  assert.equal(calls[1]?.headers['Authorization'], undefined);
  assert.equal(calls[1]?.body, '{"nickname":"Ada"}');
});

test('http: a login keeps its token, a logout forgets it', async () => {
  const { calls, api: client } = api(201, { token: 'fresh' });
  await client.login('Ada');
  assert.equal(client.token, 'fresh');
  await client.logout();
  assert.equal(calls[1]?.method, 'DELETE');
  assert.equal(calls[1]?.headers['Authorization'], 'Bearer fresh');
  assert.equal(client.token, undefined);
});

test('http: a problem document becomes a typed error', async () => {
  const { api: client } = api(409, { type: 'urn:croupier:error:nickname_taken', title: 'Taken.', status: 409, code: 'nickname_taken' });
  await assert.rejects(client.register('Ada'), { code: 'nickname_taken', message: 'Taken.', status: 409, transient: false });
});

test('http: an answer that is not JSON, and no answer at all, are errors too', async () => {
  const odd = (async () => new Response('<html>', { status: 502 })) as unknown as typeof fetch;
  await assert.rejects(new CroupierApi({ fetch: odd }).games(), { code: 'internal', status: 502 });
  const gone = (async () => Promise.reject(new TypeError('failed'))) as unknown as typeof fetch;
  await assert.rejects(new CroupierApi({ fetch: gone }).games(), { code: 'unreachable', transient: true });
});
