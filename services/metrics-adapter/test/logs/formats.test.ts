import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvFormat, splitCsv } from '../../src/logs/formats/csv.ts';
import { jsonFormat } from '../../src/logs/formats/json-lines.ts';
import { logfmtFormat, scanLogfmt } from '../../src/logs/formats/logfmt.ts';

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

test('logfmt gives back what was written', () => {
  const key = fc.stringMatching(/^[a-z][a-z0-9_.]*$/);
  const pairs = fc.uniqueArray(fc.tuple(key, fc.string()), { selector: ([name]) => name });
  fc.assert(
    fc.property(pairs, (written) => {
      const line = written.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' ');
      expect(logfmt(line)).toEqual(written);
    }),
  );
});

test('a logfmt line gives the fields that are asked for', () => {
  expect(logfmtFormat(['b', 'zz']).read('a=1 b=2', origin)).toEqual(['a=1 b=2', '2', undefined]);
  expect(logfmtFormat(['b']).read('', origin)).toBeUndefined();
});

test('JSON fields are found by key, by path and by index, and keep their digits', () => {
  const names = ['a', 'b.c', 'd.0', 'x.y', 'big', 'deep', 'none', 'yes', 'constructor'];
  const line =
    '{"a":1.5,"b":{"c":"t"},"d":[7],"x.y":"dotted","big":9007199254740993,"deep":{"n":1},"none":null,"yes":true}';
  const fields = ['1.5', 't', '7', 'dotted', '9007199254740993', '{"n":1}', undefined, 'true', undefined];
  expect(jsonFormat(names).read(line, origin)).toEqual([line, ...fields]);
});

test.each(['', 'text', '[1]', '1', '"x"', '{"a":', 'null'])('%j is no JSON record', (line) => {
  expect(jsonFormat(['a']).read(line, origin)).toBeUndefined();
});

test('a CSV header names the columns of its own file', () => {
  const format = csvFormat({ names: ['b', 'c'], delimiter: ',', maxRecordLength: 100 });
  const [one, two] = [{ atStart: true }, { atStart: true }];
  expect(format.read('\uFEFFa,b', one)).toBeUndefined();
  expect(format.read('b,c', two)).toBeUndefined();
  one.atStart = false;
  two.atStart = false;
  expect(format.read('1,2', one)).toEqual(['1,2', '2', undefined]);
  expect(format.read('1,2', two)).toEqual(['1,2', '1', '2']);
});

test('columns that are given make the first line a record', () => {
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

test('CSV gives back what was written', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é'), maxLength: 8 });
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
      const record = cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
      expect(splitCsv(record, ',')).toEqual(cells);
    }),
  );
});
