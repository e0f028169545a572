import { expect, test } from 'vitest';
import { createPeerLookup } from '../src/discovery/peers.ts';

const record = (name: string) => ({ name, port: 8080, priority: 0, weight: 100 });

test('orders peers by their ordinal', async () => {
  const lookup = createPeerLookup('_http._tcp.app', async () => ['app-10.app', 'app-2.app', 'other.app'].map(record));
  expect(await lookup()).toEqual([
    { name: 'app-2.app', port: 8080, ordinal: 2 },
    { name: 'app-10.app', port: 8080, ordinal: 10 },
    { name: 'other.app', port: 8080, ordinal: undefined },
  ]);
});

test('has no peers where the name is not known yet', async () => {
  const unknown = Object.assign(new Error('querySrv ENOTFOUND'), { code: 'ENOTFOUND' });
  expect(await createPeerLookup('x', () => Promise.reject(unknown))()).toEqual([]);
});

test('does not wait for a name server that does not answer', async () => {
  const lookup = createPeerLookup('x', () => new Promise(() => undefined), { timeout: 20 });
  await expect(lookup()).rejects.toMatchObject({
    code: 'ERR_TIMEOUT',
    message: 'the lookup of x timed out after 20 ms',
  });
});
