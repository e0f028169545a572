import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvFormat, splitCsv } from '../../src/logs/formats/csv.ts';
import { jsonFormat } from '../../src/logs/formats/json-lines.ts';
import { logfmtFormat, scanLogfmt } from '../../src/logs/formats/logfmt.ts';
import { leastCpuTime } from '../support/cpu-time.ts';

const origin = { atStart: false };

function logfmt(line: string): [string, string][] {
  const pairs: [string, string][] = [];
  scanLogfmt(line, (key, value) => pairs.push([key, value]));
  return pairs;
}

test.each([
  [
    'level=info msg="hello world" took=1.5ms',
    [
      ['level', 'info'],
      ['msg', 'hello world'],
      ['took', '1.5ms'],
    ],
  ],
  [
    'flag key=',
    [
      ['flag', 'true'],
      ['key', ''],
    ],
  ],
  [
    'a="x\\"y\\n" b=1',
    [
      ['a', 'x"y\n'],
      ['b', '1'],
    ],
  ],
  ['a="never closed', [['a', 'never closed']]],
  [
    '=x "y" a=b=c',
    [
      ['x', 'true'],
      ['y', 'true'],
      ['a', 'b=c'],
    ],
  ],
  ['', []],
])('logfmt %j', (line, pairs) => {
  expect(logfmt(line)).toEqual(pairs);
});

test('logfmt is parsed as it was written', () => {
  const key = fc.stringMatching(/^[a-z][a-z0-9_.]*$/);
  const pairs = fc.uniqueArray(fc.tuple(key, fc.string()), { selector: ([name]) => name });
  fc.assert(
    fc.property(pairs, (written) => {
      const line = written.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' ');
      expect(logfmt(line)).toEqual(written);
    }),
  );
});

test('a logfmt line has the requested fields', () => {
  expect(logfmtFormat(['b', 'zz']).read('a=1 b=2', origin)).toEqual(['a=1 b=2', '2', undefined]);
  expect(logfmtFormat(['b']).read('', origin)).toBeUndefined();
});

test('JSON fields are found by key, by path and by index, and keep their digits', () => {
  const names = ['a', 'b.c', 'd.0', 'x.y', 'big', 'deep', 'none', 'yes', 'constructor'];
  const line =
    '{"a":1.5,"b":{"c":"t"},"d":[7],"x.y":"dotted","big":9007199254740993,"deep":{"n":9007199254740995},"none":null,"yes":true}';
  const fields = [
    '1.5',
    't',
    '7',
    'dotted',
    '9007199254740993',
    '{"n":9007199254740995}',
    undefined,
    'true',
    undefined,
  ];
  expect(jsonFormat(names).read(line, origin)).toEqual([line, ...fields]);
});

test.each(['', 'text', '[1]', '1', '"x"', '{"a":', 'null'])('%j is not a JSON record', (line) => {
  expect(jsonFormat(['a']).read(line, origin)).toBeUndefined();
});

test('a CSV header names the columns of its own file', () => {
  const format = csvFormat({ names: ['b', 'c'], delimiter: ',', maxRecordLength: 100 });
  const one = { atStart: true };
  const two = { atStart: true };
  expect(format.read('\uFEFFa,b', one)).toBeUndefined();
  expect(format.read('b,c', two)).toBeUndefined();
  one.atStart = false;
  two.atStart = false;
  expect(format.read('1,2', one)).toEqual(['1,2', '2', undefined]);
  expect(format.read('1,2', two)).toEqual(['1,2', '1', '2']);
});

test('with configured columns the first line is a record', () => {
  const format = csvFormat({ names: ['ns'], delimiter: ';', columns: ['t', 'v', 'ns'], maxRecordLength: 100 });
  expect(format.read('a;1;200', { atStart: true })).toEqual(['a;1;200', '200']);
});

test('a quoted line end continues the record, up to the limit', () => {
  const format = csvFormat({ names: ['b'], delimiter: ',', columns: ['a', 'b'], maxRecordLength: 20 });
  expect(format.read('1,"x', origin)).toBeUndefined();
  expect(format.read('y"', origin)).toEqual(['1,"x\ny"', 'x\ny']);
  expect(format.read('1,"never', origin)).toBeUndefined();
  expect(format.read('closed and too long', origin)).toBeUndefined();
  expect(format.read('1,fine', origin)).toEqual(['1,fine', 'fine']);
});

test('CSV is parsed as it was written, as one text and line by line', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é'), maxLength: 8 });
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
      const record = cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
      expect(splitCsv(record, ',')).toEqual(cells);
      const columns = cells.map((_text, at) => `c${at}`);
      const format = csvFormat({ names: columns, delimiter: ',', columns, maxRecordLength: 1000 });
      const fields = record.split('\n').map((line) => format.read(line, origin));
      expect(fields).toEqual([...fields.slice(1).map(() => undefined), [record, ...cells]]);
    }),
  );
});

/** The CPU time of a record of many lines, in which no quote closes. */
const costOfRecord = (lines: number) =>
  leastCpuTime(() => {
    const format = csvFormat({ names: ['a'], delimiter: ',', columns: ['a'], maxRecordLength: 1e9 });
    format.read('"', origin);
    let whole = 0;
    for (let line = 0; line < lines; line += 1) if (format.read('""', origin) !== undefined) whole += 1;
    expect(whole).toBe(0);
  });

test('a record of many lines is read in linear time', () => {
  // Eight times the lines are 64 times the work of a quadratic reader.
  expect(costOfRecord(32_000)).toBeLessThan(20 * costOfRecord(4000) + 20);
});

test('a JSON line nested too deeply to be written is malformed, and not an error', () => {
  const line = `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
  expect(jsonFormat(['a']).read(line, origin)).toBeUndefined();
});
