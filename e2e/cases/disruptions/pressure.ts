import { ask, namespace, restarts, rolledOut, uid, until, untilReplaced } from '../../app-client.ts';
import { expect } from '../../case.ts';
import { attempt, kubectl } from '../../run.ts';

const key = 'http://127.0.0.1:8080/api/pods/1/data/before';

/** The kubelet evicts a Pod whose emptyDir is over its limit. The Pod comes back by itself with the data of its volume. */
export async function fullVolume(): Promise<string> {
  const { status } = await ask('podkit-0', key, { method: 'PUT', body: 'kept' });
  expect(status < 300, `PUT answered ${status}`);
  const before = await uid('podkit-1');
  const fill = "fs.writeFileSync('/run/app/full', Buffer.alloc(80 * 2 ** 20))";
  await kubectl('-n', namespace, 'exec', 'podkit-1', '-c', 'app', '--', 'node', '-e', fill);
  const began = Date.now();
  await untilReplaced('podkit-1', before, 300);
  await rolledOut();
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  const { body } = await until('the key of podkit-1', async () => {
    const response = await ask('podkit-0', key);
    return response.status === 200 && response;
  });
  expect(body === 'kept', `the key is now ${body}`);
  return `evicted and ready again after ${seconds} s, its key is kept`;
}

const mebibytes = 240;
/** Ten MiB per call, because Redis refuses a script only at its start. */
const fill = "for i=1,10 do redis.call('SET', KEYS[1]..':'..i, string.rep('x', 1048576)) end";

/** Write more than maxmemory to Redis. It must evict keys, and the kernel must not kill it. */
export async function redisAtMaxmemory(): Promise<string> {
  const script = `export REDISCLI_AUTH="$(cat /etc/redis/redis-password)"
    for n in $(seq ${mebibytes / 10}); do redis-cli eval "${fill}" 1 "fill:$n" >/dev/null || exit 1; done
    redis-cli info stats | grep evicted_keys; redis-cli flushall`;
  const { code, output } = await attempt('kubectl', ['-n', namespace, 'exec', 'redis-0', '--', 'sh', '-c', script]);
  const evicted = Number(/evicted_keys:(\d+)/.exec(output)?.[1]);
  expect(code === 0 && evicted > 0, `exit code ${code}: ${output.slice(-300)}`);
  expect((await restarts('redis-0')) === 0, 'Redis was restarted');
  return `${mebibytes} MiB written, ${evicted} keys evicted, 0 restarts`;
}
