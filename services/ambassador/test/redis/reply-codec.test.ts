import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CommandError,
  Latin1,
  MapReply,
  type Reply,
  Status,
  writeReply,
} from '../../src/frontends/redis/commands/reply.ts';
import { decodeReply, ReplyError } from '../../src/frontends/redis/protocol/reply-decoder.ts';
import { ReplyScanner } from '../../src/frontends/redis/protocol/reply-scanner.ts';
import { ReplyWriter } from '../../src/frontends/redis/protocol/reply-writer.ts';

const leaf: fc.Arbitrary<Reply> = fc.oneof(
  fc.constant(null),
  fc.maxSafeInteger(),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => new Latin1(Buffer.from(bytes).toString('latin1'))),
  fc.constantFrom(new Status('OK'), new CommandError('ERR no\r\nline')),
);
const { anyReply } = fc.letrec<{ anyReply: Reply }>((tie) => ({
  anyReply: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('anyReply'), { maxLength: 5 }),
    fc.array(fc.tuple(leaf, tie('anyReply')), { maxLength: 4 }).map((pairs) => new MapReply(pairs)),
  ),
}));

function encoded(given: readonly Reply[], protocol: 2 | 3): Buffer[] {
  const writer = new ReplyWriter();
  writer.protocol = protocol;
  return given.map((each) => {
    writeReply(writer, each);
    return writer.take();
  });
}

test('the scanner finds the end of every reply, however the bytes are cut', () => {
  const inputs = [
    fc.array(anyReply, { minLength: 1, maxLength: 6 }),
    fc.constantFrom(2 as const, 3 as const),
    fc.integer({ min: 1, max: 50 }),
  ] as const;
  fc.assert(
    fc.property(...inputs, (given, protocol, size) => {
      const replies = encoded(given, protocol);
      const bytes = Buffer.concat(replies);
      const scanner = new ReplyScanner();
      const ends: number[] = [];
      for (let from = 0; from < bytes.length; from += size) {
        const chunk = bytes.subarray(from, from + size);
        for (let at = scanner.scan(chunk, 0); at >= 0; at = scanner.scan(chunk, at)) {
          ends.push(from + at);
          scanner.reset();
          if (at === chunk.length) break;
        }
      }
      let sum = 0;
      expect(ends).toEqual(replies.map((reply) => (sum += reply.length)));
    }),
  );
});

test('what the writer writes, the decoder reads', () => {
  const plain = (value: Reply): unknown => {
    if (value instanceof Status) return value.text;
    if (value instanceof Latin1) return Buffer.from(value.text, 'latin1');
    if (value instanceof CommandError) return new ReplyError(value.message.replaceAll(/[\r\n]/g, ' '));
    if (value instanceof MapReply) return value.pairs.flat().map(plain);
    return Array.isArray(value) ? value.map(plain) : value;
  };
  fc.assert(
    fc.property(anyReply, fc.constantFrom(2 as const, 3 as const), (value, protocol) => {
      const [bytes = Buffer.alloc(0)] = encoded([value], protocol);
      expect(decodeReply({ bytes, at: 0 })).toEqual(plain(value));
    }),
  );
});

const malformedLengths = [
  '$\r\n',
  '$-\r\n',
  '$-2\r\n',
  '$-0\r\n',
  '$1-1\r\n',
  '$1\n',
  '$1\r1\n',
  '%-1\r\n',
  '$99999999999999999999\r\n',
];

test.each(['hello\r\n', '?1\r\n', '$x\r\n', '*?\r\n', '+a\n', ...malformedLengths])('%j is no reply', (bytes) => {
  expect(() => new ReplyScanner().scan(Buffer.from(bytes), 0)).toThrow('Protocol error');
});

test('a reply nested too deep for the stack is refused', () => {
  expect(() => decodeReply({ bytes: Buffer.from(`${'*1\r\n'.repeat(8000)}:1\r\n`), at: 0 })).toThrow('nested too deep');
});

test('replies nested without end are refused', () => {
  expect(() => new ReplyScanner().scan(Buffer.from('*1\r\n'.repeat(20_000)), 0)).toThrow('nested too deep');
});
