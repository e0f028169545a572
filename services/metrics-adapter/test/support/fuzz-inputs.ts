import fc from 'fast-check';

const word = fc.constantFrom(
  'a',
  'a_total',
  'a_count',
  'a_bucket',
  'a_created',
  'my.name',
  'adapter_up',
  'ü',
  '__name__',
  'constructor',
  '__proto__',
  '',
);
const number = fc.oneof(
  fc.double().map(String),
  fc.constantFrom(
    '+Inf',
    '-Inf',
    'NaN',
    '1e300',
    '1700000000000000000',
    '-5',
    '0x1p4',
    '1_0',
    '1e999',
    '9'.repeat(400),
  ),
);
const quoted = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `"${text.replaceAll(/["\\\n]/g, '\\$&')}"`);
const label = fc
  .oneof(
    fc.tuple(
      fc.oneof(word, quoted, fc.constantFrom('le', 'quantile')),
      fc.oneof(
        quoted,
        number.map((text) => `"${text}"`),
      ),
    ),
  )
  .map(([name, value]) => `${name}=${value}`);
const sample = fc
  .tuple(word, fc.array(label, { maxLength: 4 }), number, fc.option(number), fc.boolean())
  .map(
    ([name, labels, value, time, exemplar]) =>
      `${name}{${labels.join(',')}} ${value}${time === null ? '' : ` ${time}`}${exemplar ? ' # {t="1"} 1 2' : ''}`,
  );
const type = fc.constantFrom('counter', 'gauge', 'histogram', 'summary', 'info', 'stateset', 'gaugehistogram', 'x');
const line = fc.oneof(
  { weight: 4, arbitrary: sample },
  { weight: 2, arbitrary: fc.tuple(word, type).map(([name, kind]) => `# TYPE ${name} ${kind}`) },
  fc.tuple(word, fc.string({ unit: 'binary' })).map(([name, help]) => `# HELP ${name} ${help}`),
  fc.string({ unit: 'binary' }),
);
const exposition = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.boolean())
  .map(([lines, end]) => `${lines.join('\n')}\n${end ? '# EOF\n' : ''}`);
const contentType = fc.constantFrom(
  '',
  'text/plain; version=0.0.4',
  'application/openmetrics-text; version=1.0.0',
  'application/vnd.google.protobuf',
);
const packet = fc
  .tuple(
    word,
    number,
    fc.constantFrom('c', 'g', 'ms', 'h', 'd', 's', 'x', 'constructor', '__proto__'),
    fc.string({ maxLength: 10 }),
  )
  .map(([name, value, kind, rest]) => `${name}:${value}|${kind}|#le:1,${rest}|@${value}`);
const cri = fc
  .tuple(fc.constantFrom('stdout', 'stderr', 'stdin'), fc.constantFrom('P', 'F', 'X'), fc.string({ unit: 'binary' }))
  .map(([stream, tag, text]) => `2026-11-29T05:45:00.123456789Z ${stream} ${tag} ${text}`);
const logLine = fc.oneof(
  cri,
  fc.json(),
  fc.tuple(word, number, fc.string({ unit: 'binary' })).map(([key, value, text]) => `${key}=${value} t="${text}"`),
  fc.tuple(number, number).map(([time, value]) => `{"t":${JSON.stringify(time)},"v":${JSON.stringify(value)}}`),
  fc.string({ unit: 'binary' }),
);
export const round = fc.record({
  exposition,
  contentType,
  json: fc.oneof(fc.json(), fc.string()),
  csv: fc.tuple(number, fc.string()).map(([value, name]) => `v,name\n${value},${name}\n`),
  packets: fc.array(packet, { maxLength: 5 }),
  logLines: fc.array(logLine, { maxLength: 8 }),
});
export type Round = typeof round extends fc.Arbitrary<infer Value> ? Value : never;
