import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CriLines, type CriLinesOptions } from '../../src/tail/cri-lines.ts';
import { readPodPath } from '../../src/tail/pod-path.ts';

const time = '2026-11-29T05:45:00.123456789Z';
const path = '/var/log/pods/shop_web-0_1234-abcd/app/3.log';
const file = { atStart: true };

function setUp(options: Partial<CriLinesOptions> = {}) {
  const seen: [line: string, kubernetes: string | undefined][] = [];
  const malformed: string[] = [];
  const cut: string[] = [];
  const lines = new CriLines({
    maxLength: 1000,
    onLine: (line, { kubernetes }) => seen.push([line, kubernetes?.join()]),
    onMalformed: (line) => malformed.push(line),
    onCut: (where) => cut.push(where),
    ...options,
  });
  return { lines, seen, malformed, cut, push: (...texts: string[]) => texts.forEach((text) => push(lines, text)) };
}

const push = (lines: CriLines, text: string) => lines.line(text, file, path, undefined);

test('a line has the fields of its Pod, its stream and its time', () => {
  const { push: take, seen } = setUp();
  take(`${time} stdout F hello world`, `${time} stderr F:extra `, `${time} stdout F`);
  expect(seen).toEqual([
    ['hello world', `shop,web-0,1234-abcd,app,3,stdout,${time}`],
    ['', `shop,web-0,1234-abcd,app,3,stderr,${time}`],
    ['', `shop,web-0,1234-abcd,app,3,stdout,${time}`],
  ]);
});

test.each([
  ['/var/log/pods/ns_pod_uid/c/0.log', 'ns,pod,uid,c,0'],
  ['/var/log/pods/ns_pod_uid/c/0.log.20261129-054500', 'ns,pod,uid,c,0'],
  [`/var/log/containers/pod-1_ns_my-app-${'0a'.repeat(32)}.log`, 'ns,pod-1,,my-app,'],
  ['/tmp/app.log', ',,,,'],
  ['-', ',,,,'],
])('%s says %s', (where, fields) => {
  expect(readPodPath(where).join()).toBe(fields);
});

test('a line without the format is malformed, and splits no record', () => {
  const { push: take, seen, malformed } = setUp();
  take(`${time} stdout P one `, 'hello', `${time} stdin F x`, `${time} stdout X x`, '', `${time} stdout F two`);
  expect([seen.map(([line]) => line), malformed]).toEqual([
    ['one two'],
    ['hello', `${time} stdin F x`, `${time} stdout X x`, ''],
  ]);
});

test('parts without text take no memory', () => {
  const { push: take, lines } = setUp();
  take(...Array.from({ length: 100 }, () => `${time} stdout P `));
  expect([...lines.unfinished.values()].map(({ parts }) => parts)).toEqual([[]]);
});

test('a record is cut at its limit, once', () => {
  const { push: take, seen, cut } = setUp({ maxLength: 5 });
  take(`${time} stdout P abc`, `${time} stdout P def`, `${time} stdout P ghi`, `${time} stdout F jkl`);
  expect([seen[0]?.[0], cut]).toEqual(['abcde', [path]]);
});

test('an unfinished record is completed by the next reader, and one of a removed file is passed on', () => {
  const first = setUp();
  first.push(`${time} stdout P one `, `${time} stderr P err`);
  const second = setUp({ unfinished: first.lines.unfinished });
  second.push(`${time} stdout F two`);
  second.lines.flush('/other');
  second.lines.flush(path);
  expect([first.seen, second.seen.map(([line]) => line)]).toEqual([[], ['one two', 'err']]);
});

test('the position after a record is saved only if no other stream has an unfinished record', () => {
  const offsets: (number | undefined)[] = [];
  const { lines } = setUp({ onLine: (_line, _origin, mark) => offsets.push(mark?.position?.offset) });
  const texts = ['stdout P a', 'stderr F b', 'stdout F c', 'stderr F d'];
  for (const [offset, text] of texts.entries())
    lines.line(`${time} ${text}`, file, path, { path, position: { dev: '1', ino: '1', offset, head: '' } });
  expect(offsets).toEqual([undefined, 2, 3]);
});

test('the records of two streams are whole for all parts', () => {
  const record = fc.tuple(
    fc.constantFrom('stdout', 'stderr'),
    fc.array(fc.string({ unit: fc.constantFrom('a', ' ', 'é', 'P', 'F'), maxLength: 4 }), {
      minLength: 1,
      maxLength: 4,
    }),
  );
  fc.assert(
    fc.property(fc.array(record, { maxLength: 12 }), fc.infiniteStream(fc.boolean()), (records, turns) => {
      const { lines, seen } = setUp();
      const queues = ['stdout', 'stderr'].map((stream) =>
        records
          .filter(([own]) => own === stream)
          .flatMap(([, parts]) =>
            parts.map((part, at) => `${time} ${stream} ${at < parts.length - 1 ? 'P' : 'F'} ${part}`),
          ),
      );
      while (queues.some(({ length }) => length > 0)) {
        const [one, other] = turns.next().value === true ? queues : queues.toReversed();
        push(lines, one?.shift() ?? other?.shift() ?? '');
      }
      for (const stream of ['stdout', 'stderr'])
        expect(seen.filter(([, kubernetes]) => kubernetes?.includes(stream)).map(([line]) => line)).toEqual(
          records.filter(([own]) => own === stream).map(([, parts]) => parts.join('')),
        );
    }),
  );
});
