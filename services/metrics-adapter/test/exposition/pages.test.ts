import { expect, test } from 'vitest';
import type { ContentCoding, Format } from '../../src/exposition/negotiate.ts';
import { Pages } from '../../src/exposition/pages.ts';
import type { Family } from '../../src/series/family.ts';

const text: Format = { kind: 'text', version: '0.0.4', escaping: 'underscores' };
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

test('all who ask for one format at the same time get one page, gathered and rendered once', async () => {
  const { ask, made, open } = setUp();
  const asked = Array.from({ length: 150 }, () => ask());
  open();
  const pages = await Promise.all(asked);
  expect([made.gathers, new Set(pages).size, String(pages[0])]).toEqual([1, 1, '# HELP a H\n# TYPE a gauge\na 1\n']);
});

test('another coding or another probe is another page, and a later scrape is gathered anew', async () => {
  const { ask, made, open } = setUp();
  const asked = [ask(), ask('gzip'), ask('identity', 'target=a'), ask('identity', 'target=b'), ask('gzip')];
  open();
  await Promise.all(asked);
  expect(made.gathers).toBe(4);
  await ask();
  expect(made.gathers).toBe(5);
});

test('a page that fails is an error for those who share it, and nothing stays of it', async () => {
  const pages = new Pages();
  const fail = () => pages.render({ format: text, coding: 'identity' }, '', () => Promise.reject(new Error('no')));
  const results = await Promise.allSettled([fail(), fail()]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const page = await pages.render({ format: text, coding: 'identity' }, '', async () => [family]);
  expect(String(page)).toContain('a 1');
});
