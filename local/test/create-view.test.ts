import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { createView } from '../src/create-view.ts';

const escapeCode = '\u001b[';

/** A stand-in for a terminal: it has a size and keeps what is written. */
function fakeStream(shape: { isTTY: boolean; columns?: number; rows?: number }) {
  const stream = new PassThrough();
  return { out: Object.assign(stream, shape) as unknown as WriteStream, text: () => String(stream.read()) };
}

test('a terminal has a list of all containers that is drawn in place', () => {
  const { out, text } = fakeStream({ isTTY: true, columns: 80, rows: 24 });
  const view = createView(out, ['redis', 'app']);
  view.state('redis', 'ready', '');
  view.close();
  const drawn = text();
  for (const line of [/app +waiting/, /✔ redis +ready/]) expect(drawn).toMatch(line);
  expect(drawn).toContain(escapeCode);
});

test('a terminal of unknown size has plain lines: nothing can be placed on it', () => {
  const { out, text } = fakeStream({ isTTY: true, columns: 0, rows: 0 });
  const view = createView(out, ['redis', 'app']);
  view.state('redis', 'ready', '');
  view.close();
  expect(text()).toMatch(/^[\d:]+ +redis +.*ready.*\n$/);
});

test('a pipe has plain lines without escape codes', () => {
  const { out, text } = fakeStream({ isTTY: false });
  createView(out, ['redis']).state('redis', 'ready', '');
  expect(text()).not.toContain(escapeCode);
});
