import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepAliveLoad } from '../../services/app/test/support/keep-alive-load.ts';
import { Bench } from '../core/bench.ts';
import { startApp } from './peers.ts';

// `npm run bench -- app/drain-sweep [TIMES] [BUSY]`: send SIGTERM while 200 keep-alive connections send requests without a pause.
// The settings are the defaults. BUSY loops keep the CPUs busy meanwhile. A test does this once.
const times = Number(process.argv[2] ?? 10);
const busy = Number(process.argv[3] ?? 0);
const folder = mkdtempSync(join(tmpdir(), 'podkit-drain-sweep-'));
const bench = new Bench(folder);
const loops = Array.from({ length: busy }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
let worst = 0;
try {
  for (let time = 1; time <= times; time += 1) {
    const app = await startApp(bench, '/nonexistent', {});
    const load = keepAliveLoad(`http://127.0.0.1:${app.port}/api/pod`, 200, 1_000_000);
    await sleep(2000);
    const exit = await app.stop();
    const { answered, failed } = await load;
    worst = Math.max(worst, exit === 0 ? failed.length : Number.POSITIVE_INFINITY);
    console.log(`${time}: ${answered} requests answered, ${failed.length} failed, exit ${exit}`);
    for (const reason of new Set(failed))
      console.log(`   ${failed.filter((one) => one === reason).length} × ${reason}`);
  }
} finally {
  for (const loop of loops) loop.kill('SIGKILL');
  rmSync(folder, { recursive: true });
}
console.log(worst === 0 ? 'ok   no request failed' : 'MISS some requests failed');
process.exitCode = worst === 0 ? 0 : 1;
