import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepAliveLoad } from '../../services/app/test/support/keep-alive-load.ts';
import { startApp } from './peers.ts';

// `npm run bench -- app/drain-sweep [times]`: SIGTERM while 200 keep-alive connections ask without a pause. The tests do it once.
const times = Number(process.argv[2] ?? 10);
const main = join(import.meta.dirname, '../../services/app/src/main.ts');
let worst = 0;
for (let time = 1; time <= times; time += 1) {
  const app = await startApp(main, '/nonexistent', { DRAIN_DELAY: '1s' });
  const load = keepAliveLoad(`${app.url}/api/pod`, 200, 1_000_000);
  await sleep(2000);
  const exit = await app.stop();
  const { answered, failed } = await load;
  worst = Math.max(worst, failed.length);
  console.log(`${time}: ${answered} requests answered, ${failed.length} failed, exit ${exit}`);
  if (exit !== 0) worst = Number.POSITIVE_INFINITY;
}
console.log(worst === 0 ? 'ok   no request failed' : 'MISS some failed');
process.exitCode = worst === 0 ? 0 : 1;
