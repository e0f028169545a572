import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { ContentCoding, ExpositionFormat } from '../../src/exposition/negotiate.ts';
import { Pages } from '../../src/exposition/pages.ts';
import type { Family } from '../../src/series/family.ts';

const text: ExpositionFormat = { kind: 'text', version: '0.0.4', escaping: 'underscores' };
const family: Family = { name: 'a', help: 'H', type: 'gauge', series: new Map([['', { value: 1 }]]) };

function setUp() {
  const gate = Promise.withResolvers<void>();
  const made = { gathers: 0 };
  const gather = async () => {
    made.gathers += 1;
    await gate.promise;
    return [family];
  };
  const pages = new Pages();
  const ask = (coding: ContentCoding = 'identity', key = '') => pages.render({ format: text, coding }, key, gather);
  return { ask, made, open: () => gate.resolve() };
}

test('concurrent requests for one format share one page', async () => {
  const { ask, made, open } = setUp();
  const asked = Array.from({ length: 150 }, () => ask());
  open();
  const pages = await Promise.all(asked);
  expect([made.gathers, new Set(pages).size, String(pages[0])]).toEqual([1, 1, '# HELP a H\n# TYPE a gauge\na 1\n']);
});

test('another coding, another probe and a later scrape get pages of their own', async () => {
  const { ask, made, open } = setUp();
  const asked = [ask(), ask('gzip'), ask('identity', 'target=a'), ask('identity', 'target=b'), ask('gzip')];
  open();
  await Promise.all(asked);
  expect(made.gathers).toBe(4);
  await ask();
  expect(made.gathers).toBe(5);
});

test('a page that fails is an error for all who share it, and the next request renders again', async () => {
  const pages = new Pages();
  const fail = () => pages.render({ format: text, coding: 'identity' }, '', () => Promise.reject(new Error('no')));
  const results = await Promise.allSettled([fail(), fail()]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const page = await pages.render({ format: text, coding: 'identity' }, '', async () => [family]);
  expect(String(page)).toContain('a 1');
});

test('when unfinished pages take too much memory, the oldest readers are disconnected', () => {
  const pages = new Pages(4 * 1000);
  const shared = Buffer.alloc(400);
  const readers = [shared, shared, Buffer.alloc(400), Buffer.alloc(400), Buffer.alloc(2000)].map((page) => {
    const reader = new PassThrough();
    pages.sending(page, reader);
    return () => reader.destroyed;
  });
  expect(readers.map((isDestroyed) => isDestroyed())).toEqual([true, true, true, true, false]);
  const small = new PassThrough();
  pages.sending(Buffer.alloc(100), small);
  expect([readers[4]?.(), small.destroyed]).toEqual([true, false]);
});
