import { deepStrictEqual, ok } from 'node:assert/strict';
import { compileKubectl } from '../../services/metrics-adapter/src/json/kubectl/template.ts';
import type { Json } from '../../services/metrics-adapter/src/json/parse.ts';
import { parseSampleLine } from '../../services/metrics-adapter/src/prometheus/sample-line.ts';
import { readPacket } from '../../services/metrics-adapter/src/statsd/line/packet.ts';
import { runTarget, type Target } from './target.ts';

function readStatsd(text: string): string[] {
  const seen: string[] = [];
  readPacket(text, {
    sample: (head, tail, value, signed) => {
      ok(Number.isFinite(value), `the value ${value}`);
      seen.push(`${head} ${tail} ${signed} ${value}`);
    },
    member: (head, tail, member) => seen.push(`member ${head} ${tail} ${member}`),
    oddValue: (head, tail, raw) => seen.push(`odd ${head} ${tail} ${raw}`),
    malformed: (reason, line) => seen.push(`${reason} ${line}`),
    ignored: (kind) => seen.push(kind),
  });
  return seen;
}

/** A packet is its lines: each gives the same alone, and no value is not finite. */
const statsd: Target = {
  tokens: [
    'a',
    ':',
    '|',
    'c',
    'g',
    'ms',
    'h',
    'd',
    's',
    '@',
    '0.1',
    '#',
    ',',
    '=',
    '\n',
    '\r\n',
    '+',
    '-',
    '1',
    '_e{',
    '_sc|',
    '1e309',
    'NaN',
  ],
  examples: [
    'foo:1|c|@0.1',
    'foo:1:2:3|ms|@0.5|#a:b',
    'foo:+1.5|g\nbar:2|c',
    'u:bob|s',
    '_e{5,4}:title|text',
    'foo,a=b:1|c',
  ],
  check: (text) => {
    deepStrictEqual(readStatsd(text), text.split('\n').flatMap(readStatsd));
  },
};

/** A line of an exposition is a sample or a reason; what is read is named, and its labels are unique. */
const samples: Target = {
  tokens: [
    'a',
    '_total',
    '{',
    '}',
    'le="1"',
    '"',
    '\\',
    '\\n',
    ',',
    '=',
    ' ',
    '1',
    '+Inf',
    'NaN',
    '-',
    '1700000000000',
    ' # {t="1"} 1 2',
    '"my.name"',
    'é',
  ],
  examples: [
    'a{b="c",d="e\\"\\\\\\n"} 1 1700000000000',
    '{"my.name","a b"="c"} 2',
    'a_bucket{le="+Inf"} 3 # {t="1"} 1 2',
    'a NaN',
  ],
  check: (line) => {
    const read = parseSampleLine(line);
    if (typeof read === 'string') return;
    deepStrictEqual(parseSampleLine(line), read);
    ok(read.name !== '', 'a sample without a name');
    ok(typeof read.value === 'number', 'a sample without a value');
  },
};

const sampleDocument: Json = {
  kind: 'List',
  items: [
    { metadata: { name: 'a', labels: { 'x/y': 'z' } }, n: 1 },
    { metadata: { name: 'b' }, n: 2.5, t: null },
  ],
};

/** A template is compiled, and then gives a text for any document, or it is refused. */
const jsonpath: Target = {
  tokens: [
    '{',
    '}',
    '.',
    '..',
    '$',
    '@',
    '[',
    ']',
    '*',
    '?(',
    ')',
    '==',
    '=~',
    '"a"',
    "'b'",
    'items',
    'name',
    'range ',
    'end',
    '0',
    '-1',
    ':',
    ',',
    '\\.',
    ' ',
  ],
  examples: [
    '{range .items[*]}{.metadata.name}{"\\t"}{end}',
    '{.items[?(@.n > 1)].metadata.name}',
    "{.items[0].metadata['labels','name']}",
    '{..name}',
    '{.items[-1::1]}',
  ],
  check: (template) => {
    const compiled = runTarget(() => compileKubectl(template), ['ERR_JSONPATH']);
    if ('refused' in compiled) return;
    for (const document of [sampleDocument, null, [], 'text', 1]) {
      const text = runTarget(() => compiled.text(document), ['ERR_JSONPATH']);
      ok(typeof text === 'string' || 'refused' in text, `gave ${typeof text}`);
    }
  },
};

export const metricsAdapter: Record<string, Target> = { statsd, samples, jsonpath };
