import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/tail/line-splitter.ts';

function split(chunks: readonly Buffer[], maxLineBytes = 1_000_000) {
  const lines: string[] = [];
  const ends: number[] = [];
  let cuts = 0;
  const splitter = new LineSplitter({
    maxLineBytes,
    onLine: (line, end) => {
      lines.push(line);
      ends.push(end);
    },
    onCut: () => {
      cuts += 1;
    },
  });
  let start = 0;
  for (const chunk of chunks) {
    splitter.push(chunk, start);
    start += chunk.length;
  }
  splitter.flush(start);
  return { lines, ends, cuts, start };
}

const text = fc.string({ unit: fc.constantFrom('a', 'ü', '😱', '\n', '\r\n', ' '), maxLength: 60 });

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length].toSorted((a, b) => a - b);
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

test('the lines are the same for all chunks of a text', () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(200)), (whole, cuts) => {
      const { lines } = split(cutAt(Buffer.from(whole), cuts));
      const expected = whole.split('\n').map((line) => line.replace(/\r$/, ''));
      if (whole === '' || whole.endsWith('\n')) expected.pop();
      expect(lines).toEqual(expected);
    }),
  );
});

test('each end is the position after its line', () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(200)), (whole, cuts) => {
      const bytes = Buffer.from(whole);
      const { lines, ends } = split(cutAt(bytes, cuts));
      for (const [index, end] of ends.entries())
        expect(split([bytes.subarray(end)]).lines).toEqual(lines.slice(index + 1));
    }),
  );
});

test('no line is longer than the limit, and nothing after a long line is lost', () => {
  fc.assert(
    fc.property(fc.nat(3000), fc.array(fc.nat(4000)), (length, cuts) => {
      const bytes = Buffer.from(`${'x'.repeat(length)}\nafter\n`);
      const { lines, cuts: cut } = split(cutAt(bytes, cuts), 100);
      expect(lines).toEqual([...(length > 0 ? ['x'.repeat(Math.min(length, 100))] : ['']), 'after']);
      expect(cut).toBe(length > 100 ? 1 : 0);
    }),
  );
});

test('bytes that are no UTF-8 become U+FFFD', () => {
  expect(split([Buffer.from([0x61, 0xc3, 0x28, 0x0a])]).lines).toEqual(['a\ufffd(']);
});
