import { expect, test } from 'vitest';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

test('lines of keys and values become series by patterns on the key', async () => {
  const url = await serveApp('# Memory\r\nused_memory:1024\r\ndb0_keys: 7\r\ndb1_keys:8\r\nmode:standalone\r\n');
  const adapter = await startAdapter(`
keyValue:
  - name: redis
    url: ${url}
    separator: ':'
    metrics:
      - { name: redis_memory_bytes, type: gauge, match: used_memory }
      - { name: redis_keys, type: gauge, match: 'db(?P<db>[0-9]+)_keys', labels: { db: $db } }
      - { name: redis_mode, match: mode }`);
  expect(await adapter.samples('redis_')).toEqual([
    'redis_memory_bytes 1024',
    'redis_keys{db="0"} 7',
    'redis_keys{db="1"} 8',
  ]);
  expect(await adapter.samples('adapter_errors')).toEqual(['adapter_errors_total{reason="value",source="redis"} 2']);
});

test('rows of CSV become series by columns, with quotes and without values', async () => {
  const url = await serveApp('﻿queue,depth,wait_ms\n"a ""b"", c",3,1500\nempty,,1\nbad,x,2\n');
  const adapter = await startAdapter(`
csv:
  - name: q
    url: ${url}
    metrics:
      - { name: queue_depth, type: gauge, value: depth, labels: { queue: queue } }
      - { name: queue_wait_seconds, type: gauge, value: wait_ms, scale: 0.001, labels: { queue: queue } }`);
  expect(await adapter.samples('queue_')).toEqual([
    'queue_depth{queue="a \\"b\\", c"} 3',
    'queue_wait_seconds{queue="a \\"b\\", c"} 1.5',
    'queue_wait_seconds{queue="empty"} 0.001',
    'queue_wait_seconds{queue="bad"} 0.002',
  ]);
});

test('CSV without a header has the columns that the configuration names', async () => {
  const adapter = await startAdapter(`
csv: [{ name: q, url: '${await serveApp('a;1\nb;2\n')}', delimiter: ';', columns: [queue, depth],
  metrics: [{ name: queue_depth, value: depth, labels: { queue: queue } }] }]`);
  expect(await adapter.samples('queue_')).toEqual(['queue_depth{queue="a"} 1', 'queue_depth{queue="b"} 2']);
});
