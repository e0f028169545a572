import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AccessLog } from '../src/stats/access-log.ts';
import { StatsdEmitter } from '../src/stats/statsd.ts';
import { startApp } from './support/start-app.ts';

describe("the app's own metrics", () => {
  test('come as JSON, as StatsD and as lines of a log, each request in all three', async () => {
    const receiver = createSocket('udp4');
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    onTestFinished(() => void receiver.close());
    const packets: string[] = [];
    receiver.on('message', (packet) => packets.push(packet.toString()));
    const accessLog = join(tempDir(), 'access.csv');
    const app = await startApp({
      APP_STATSD: `127.0.0.1:${receiver.address().port}`,
      APP_STATSD_PERIOD: '50ms',
      APP_ACCESS_LOG: accessLog,
    });
    for (let call = 0; call < 3; call += 1) await fetch(`${app.url}/api/pod`);
    const stats = (await (await fetch(`${app.admin}/stats`)).json()) as { requests: { byRoute: unknown[] } };
    expect(stats.requests.byRoute).toContainEqual(
      expect.objectContaining({ route: '/api/pod', method: 'GET', status: 200, count: 3 }),
    );
    const lines = () => packets.join('\n').split('\n');
    const counted = () =>
      lines()
        .map((line) => Number(/^app\.requests:(\d+)\|c\|#method:GET,route:\/api\/pod,status:200$/.exec(line)?.[1] ?? 0))
        .reduce((sum, count) => sum + count, 0);
    await waitFor('three requests by StatsD', () => counted() === 3);
    expect(lines().filter((line) => /^app\.request:[\d.]+\|ms\|#.*route:\/api\/pod/.test(line))).toHaveLength(3);
    await app.service.stop();
    const rows = readFileSync(accessLog, 'utf8').trimEnd().split('\n');
    expect(rows.filter((row) => /^[\dT:.-]+Z,GET,"\/api\/pod",200,\d+$/.test(row))).toHaveLength(3);
  });
});

describe('StatsD', () => {
  test('keeps packets below the MTU, and separators out of tags', async () => {
    const receiver = createSocket('udp4');
    receiver.bind(0, '127.0.0.1');
    await once(receiver, 'listening');
    const packets: Buffer[] = [];
    receiver.on('message', (packet) => packets.push(packet));
    const emitter = new StatsdEmitter({
      host: '127.0.0.1',
      port: receiver.address().port,
      period: 60_000,
      gauges: () => ({ in_flight: 1 }),
      onError: () => undefined,
    });
    for (let call = 0; call < 80; call += 1) emitter.observe('GET', `/a:id|#,${call % 2}`, 200, 0.001);
    await emitter.close();
    const text = await waitFor('the last line', () => {
      const all = packets.map(String).join('\n');
      return all.includes('app.in_flight:1|g') && all;
    });
    receiver.close();
    expect(Math.max(...packets.map(({ length }) => length))).toBeLessThanOrEqual(1432);
    expect(text).toContain('app.requests:40|c|#method:GET,route:/a:id___0,status:200');
    expect(text.match(/app\.request:[\d.]+\|ms\|#/g)).toHaveLength(80);
  });
});

describe('the access log', () => {
  test('is renamed when it is large, and says how many lines were lost when it can not be written', async () => {
    const path = join(tempDir(), 'access.csv');
    const log = new AccessLog({ path, limit: 100, onError: () => undefined });
    for (let line = 0; line < 5; line += 1) {
      log.observe('GET', '/"quoted"', 200, 0.5);
      await log.close();
    }
    expect(existsSync(`${path}.1`)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(',GET,"/""quoted""",200,500000000\n');
    const lost = new AccessLog({ path: '/nonexistent/access.csv', limit: 100, onError: () => undefined });
    lost.observe('GET', '/', 200, 1);
    await lost.close();
    expect(lost.dropped).toBe(1);
  });
});
