import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PacketReader, readPacket } from '../../src/statsd/line/packet.ts';
import { leastCpuTime } from '../support/cpu-time.ts';

type Seen = string;

const ignore = () => undefined;

function read(text: string): Seen[] {
  const seen: Seen[] = [];
  const reader: PacketReader = {
    sample: (head, tail, value, signed) => seen.push(`${head} ${tail} ${signed ? 'signed ' : ''}${value}`),
    member: (head, tail, member) => seen.push(`member ${head} ${tail} ${member}`),
    oddValue: (head, tail, raw) => seen.push(`odd ${head} ${tail} ${raw}`),
    malformed: (reason, line) => seen.push(`${reason} ${line}`),
    ignored: (kind) => seen.push(kind),
  };
  readPacket(text, reader);
  return seen;
}

test.each([
  ['foo:2|c', ['foo c 2']],
  ['foo:3|g|@0.2', ['foo g|@0.2 3']],
  ['foo:-10|g', ['foo g signed -10']],
  ['foo:+1.5|g', ['foo g signed 1.5']],
  ['a:1|c\nb:2|c\n', ['a c 1', 'b c 2']],
  ['a:1|c\r\nb:1|c\r\n', ['a c 1', 'b c 1']],
  ['\n\n\r\n', []],
  ['foo:1|c:2|ms', ['foo c 1', 'foo ms 2']],
  ['foo:1|c|@0.1:5|c|@0.2', ['foo c|@0.1 1', 'foo c|@0.2 5']],
  ['foo:1:2:3|ms|@0.5|#a:b', ['foo ms|@0.5|#a:b 1', 'foo ms|@0.5|#a:b 2', 'foo ms|@0.5|#a:b 3']],
  ['foo:1|c|#a:b,c:d', ['foo c|#a:b,c:d 1']],
  ['foo:1|c|c:abc', ['foo c|c:abc 1']],
  ['foo:1|c|@0.5|c:abc', ['foo c|@0.5|c:abc 1']],
  ['foo:1|c|e:it-false,cn-x|card:low', ['foo c|e:it-false,cn-x|card:low 1']],
  ['foo,a=b:1|c', ['foo,a=b c 1']],
  ['foo', ['malformed_line foo']],
  [':1|c', ['malformed_line :1|c']],
  ['foo:1', ['not_enough_parts_after_colon foo:1']],
  ['foo:1\nbar:1|c', ['not_enough_parts_after_colon foo:1', 'bar c 1']],
  ['_e{5,4}:title|text', ['event']],
  ['_sc|name|0', ['service_check']],
  ['_scale:1|g', ['_scale g 1']],
  ['u:bob|s', ['member u s bob']],
  ['u:a:1|s|#k:v', ['member u s|#k:v a:1']],
  ['u:1|sum', ['u sum 1']],
  ['foo:|c', ['odd foo c ']],
])('%j is read as %j', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test.each([
  'NaN',
  'Inf',
  '-inf',
  'infinity',
  '0x10p0',
  '1_000',
  '1e999',
  '1,5',
  ' 1',
  '1 ',
  '+',
  '-',
  '.',
  '1e',
  '--1',
])('the value %j is not a number', (value) => {
  expect(read(`a:${value}|c`)).toEqual([`odd a c ${value}`]);
});

test('every finite number is read unchanged', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.float({ noNaN: true, noDefaultInfinity: true }),
  );
  fc.assert(
    fc.property(number, (value) => {
      let seen = Number.NaN;
      readPacket(`a:${value}|g`, {
        sample: (_head, _tail, got) => (seen = got),
        member: ignore,
        oddValue: ignore,
        malformed: ignore,
        ignored: ignore,
      });
      return Object.is(seen, value) || (seen === 0 && value === 0);
    }),
    { numRuns: 2000 },
  );
});

test('no bytes make the reader throw, lose a later line, or see more samples than colons', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((data) => Buffer.from(data).toString('latin1'));
  const rubbish = fc.oneof(bytes, fc.string({ unit: fc.constantFrom(...'a:|#@1.\nc,T_e{'.split('')), maxLength: 60 }));
  fc.assert(
    fc.property(rubbish, (text) => {
      const seen = read(`${text}\nlast:1|c`);
      return seen.at(-1) === 'last c 1' && seen.length <= text.split(/[\n:]/).length + 1;
    }),
    { numRuns: 2000 },
  );
});

test('a packet of many broken lines is read in linear time', () => {
  for (const line of ['a\n', 'a:1\n']) {
    const cost = (lines: number) => leastCpuTime(() => read(line.repeat(lines)));
    // Eight times the lines are 64 times the work of a quadratic reader.
    expect(cost(64_000)).toBeLessThan(20 * cost(8000) + 20);
  }
});
