import { parseArgs } from 'node:util';
import { findLost } from './acknowledged.ts';
import { countedShares } from './counted.ts';
import { killFaults, quietFaults, rotateSecrets } from './faults.ts';
import { runLoads } from './loads.ts';
import { allReady } from './ready.ts';
import { check, printGrowth, printLoads } from './report.ts';
import { runFaults } from './schedule.ts';
import { startSubject } from './subject.ts';
import { UsageWatch } from './usage-watch.ts';

/**
 * `npm run soak [-- --minutes N]` (30 by default): run the suite of `npm start` under mixed load. The first half kills processes and
 * rotates secrets. The second half kills none and watches memory, descriptors and timers; meanwhile it swaps the Downward API
 * volume, force-pushes the repository, pauses the stores and fills a small disk (which only root can mount). It exits with 1
 * if a check at the end fails.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
const minutes = Number(values.minutes);
if (!(minutes >= 1)) {
  console.error('npm run soak -- --minutes N: N is a number of at least 1');
  process.exit(2);
}
const half = minutes * 30_000;

const subject = await startSubject();
const { suite, tally, writes } = subject;
const stop = new AbortController();
const loads = runLoads(subject, stop.signal);
console.log(`${minutes} minutes of load; first half: processes are killed`);
await runFaults([() => rotateSecrets(subject), ...killFaults(subject)], { tally, time: half, rounds: 2 });
console.log('second half: no process is killed');
const watch = new UsageWatch(subject.findAll(), subject.metricsUrls);
const counted = await countedShares(subject, () => runFaults(quietFaults(subject), { tally, time: half }));
const growth = await watch.stop();
stop.abort();
await loads;
const notReady = await allReady(suite).then(
  () => [],
  (error: Error) => [error.message],
);
const lost = await findLost(subject);
subject.redis.disconnect();
suite.kill('SIGTERM');
const code = await suite.exited;

printLoads(tally, writes);
printGrowth(growth);
const { unannounced } = tally.failures();
const results = [
  check(`acknowledged writes lost: ${lost.length}`, lost),
  check(`torn pages: ${tally.torn.length}`, tally.torn),
  check(
    `requests failed outside the announced faults: ${unannounced.length}`,
    unannounced.map(({ load, why }) => `${load}: ${why}`),
  ),
  check(
    'memory, descriptors and timers bounded',
    growth.flatMap(({ name, over }) => (over === '' ? [] : [`${name}: ${over}`])),
  ),
  ...counted.map(({ what, share, enough }) =>
    check(`${what} counted: ${(100 * share).toFixed(2)} %`, enough ? [] : [what]),
  ),
  check('every process back to ready', notReady),
  check(`the suite ended with exit code ${code}`, code === 0 ? [] : suite.output.slice(-5)),
];
process.exit(results.every(Boolean) ? 0 : 1);
