import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreamLines } from '../../src/statsd/listeners/stream-lines.ts';

function lines(chunks: readonly Buffer[], maxLineBytes = 1000) {
  const got: string[] = [];
  let tooLong = 0;
  const stream = new StreamLines({
    maxLineBytes,
    onLines: (text) => got.push(...text.split('\n')),
    onTooLong: () => {
      tooLong += 1;
    },
  });
  for (const chunk of chunks) stream.push(chunk);
  stream.end();
  return { got: got.filter((line) => line !== ''), tooLong };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const edges = [...places.map((place) => place % (bytes.length + 1)), 0, bytes.length].toSorted((a, b) => a - b);
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

const line = fc.stringMatching(/^[a-z]{1,8}:[0-9]{1,4}\|c$/);
const places = fc.array(fc.nat(500), { maxLength: 20 });

test('lines are whole for all pieces of the stream', () => {
  fc.assert(
    fc.property(fc.array(line), places, fc.boolean(), (sent, edges, ended) => {
      const bytes = Buffer.from(sent.join('\n') + (ended ? '\n' : ''));
      expect(lines(cut(bytes, edges)).got).toEqual(sent);
    }),
  );
});

test('length-prefixed packets are whole for all pieces of the stream', () => {
  fc.assert(
    fc.property(fc.array(fc.array(line, { minLength: 1 }), { minLength: 1 }), places, (packets, edges) => {
      const bytes = packets.map((packet) => {
        const body = Buffer.from(packet.join('\n'));
        const length = Buffer.alloc(4);
        length.writeUInt32LE(body.length);
        return Buffer.concat([length, body]);
      });
      expect(lines(cut(Buffer.concat(bytes), edges)).got).toEqual(packets.flat());
    }),
  );
});

test('a packet whose length looks like a newline is a packet, also if it arrives byte by byte', () => {
  const bytes = Buffer.from('\n\0\0\0aaaaa:00|c', 'latin1');
  expect(lines(cut(bytes, [1, 2, 3])).got).toEqual(['aaaaa:00|c']);
});

test('a line that is too long is dropped once, and the next line is whole', () => {
  fc.assert(
    fc.property(fc.integer({ min: 101, max: 3000 }), places, (length, edges) => {
      const bytes = Buffer.from(`ok:1|c\n${'x'.repeat(length)}\nok:2|c\n`);
      const { got } = lines(cut(bytes, edges), 100);
      expect(got.filter((text) => !text.startsWith('x'))).toEqual(['ok:1|c', 'ok:2|c']);
    }),
  );
});
