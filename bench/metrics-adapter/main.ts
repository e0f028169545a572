import { exposition } from './exposition.ts';
import { json } from './json.ts';
import { logs } from './logs.ts';
import type { Result } from './result.ts';
import { statsd } from './statsd.ts';

/** Each case by its name; `node bench/metrics-adapter/main.ts statsd` runs one, without a name all run. */
const cases: Record<string, () => Promise<Result[]>> = { exposition, json, statsd, logs };

const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(cases)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const { what, measured, target, met } of await run())
    console.log(`${met ? 'ok  ' : 'MISS'} ${name}: ${what}: ${measured} (target ${target})`);
}
