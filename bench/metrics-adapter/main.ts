import { exposition } from './exposition.ts';
import { json } from './json.ts';
import { logs } from './logs.ts';
import type { Result } from './result.ts';
import { statsd } from './statsd.ts';

/** `npm run bench -- metrics-adapter [exposition|json|statsd|logs]`: the cases that are named, or all. */
const cases: Record<string, () => Promise<Result[]>> = { exposition, json, statsd, logs };

const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(cases)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const { what, measured, target, met } of await run())
    console.log(`${met ? 'ok  ' : 'MISS'} ${name}: ${what}: ${measured} (target ${target})`);
}
