import { expect, test } from 'vitest';
import { serveApp } from '../support/serve-app.ts';
import { startAdapter } from '../support/start-adapter.ts';

const source = (url: string, metrics: string) =>
  `json: [{ name: app, url: '${url}', timeout: 2s, metrics: [${metrics}] }]`;
const requests = `{ name: app_requests_total, type: counter, path: '$.byRoute[*]', value: '@.count',
  labels: { route: '@.route', status: '@.status' } }`;

test("an application's JSON becomes series, and so do its state and the time of the read", async () => {
  const app = await serveApp({ byRoute: [{ route: '/a"b\\', status: 200, count: 3 }], inFlight: 2 });
  const adapter = await startAdapter(
    source(app, `${requests}, { name: app_in_flight, type: gauge, value: $.inFlight }`),
  );
  expect(await adapter.samples('app_')).toEqual([
    'app_requests_total{route="/a\\"b\\\\",status="200"} 3',
    'app_in_flight 2',
  ]);
  expect(await adapter.samples('adapter_up')).toEqual(['adapter_up{source="app"} 1']);
  expect(await adapter.samples('adapter_scrape_duration_seconds')).toHaveLength(1);
});

test('a series that the application no longer reports is gone at the next scrape', async () => {
  const routes = ['/a', '/b'];
  const app = await serveApp(
    (_request, response) =>
      void response.end(JSON.stringify({ byRoute: [{ route: routes.shift(), status: 1, count: 1 }] })),
  );
  const adapter = await startAdapter(source(app, requests));
  expect(await adapter.samples('app_')).toEqual(['app_requests_total{route="/a",status="1"} 1']);
  expect(await adapter.samples('app_')).toEqual(['app_requests_total{route="/b",status="1"} 1']);
});

test('keys, indexes, parents and fixed texts can be labels', async () => {
  const app = await serveApp({ pools: { eu: { zone: 'z1', sizes: [4, 5] } } });
  const metric = `{ name: pool_size, path: '$.pools.*.sizes[*]', labels: { pool: { segment: 1 }, index: { segment: -1 },
    zone: { up: 2, path: '@.zone' }, app: { value: x } } }`;
  const adapter = await startAdapter(source(app, metric));
  expect(await adapter.samples('pool_')).toEqual([
    'pool_size{app="x",index="0",pool="eu",zone="z1"} 4',
    'pool_size{app="x",index="1",pool="eu",zone="z1"} 5',
  ]);
});

test('filters, slices and scale work, and a pattern with nested repetition is harmless', async () => {
  const items = [
    { n: 'a', ms: 1500 },
    { n: 'b', ms: 20 },
    { n: `${'a'.repeat(40)}!`, ms: 7 },
  ];
  const adapter = await startAdapter(
    source(
      await serveApp({ items }),
      `{ name: slow_seconds, path: '$.items[?@.ms > 100]', value: '@.ms', scale: 0.001, labels: { n: '@.n' } },
       { name: hell, path: '$.items[?match(@.n, "(a+)+")]', value: '@.ms' }, { name: sliced, path: '$.items[1:2].ms' }`,
    ),
  );
  expect(await adapter.samples('slow_')).toEqual(['slow_seconds{n="a"} 1.5']);
  expect(await adapter.samples('hell')).toEqual(['hell 1500']);
  expect(await adapter.samples('sliced')).toEqual(['sliced 20']);
});

test.each([
  ['true', 1],
  ['"12.5"', 12.5],
  ['" 3 "', 3],
  ['1e3', 1000],
  ['"NaN"', 'NaN'],
  ['9007199254740993', '9007199254740992'],
])('the value %s is %s', async (json, expected) => {
  const adapter = await startAdapter(source(await serveApp(`{"v": ${json}}`), '{ name: it, value: $.v }'));
  expect(await adapter.samples('it')).toEqual([`it ${expected}`]);
});

test('a whole number above 2^53 keeps each digit as a label', async () => {
  const app = await serveApp('{"items": [{"id": 12345678901234567890, "n": 1}]}');
  const adapter = await startAdapter(
    source(app, `{ name: it, path: '$.items[*]', value: '@.n', labels: { id: '@.id' } }`),
  );
  expect(await adapter.samples('it')).toEqual(['it{id="12345678901234567890"} 1']);
});

test('values that are not numbers are counted as errors; null and missing values are not', async () => {
  const app = await serveApp({ items: [{ v: 'abc' }, { v: {} }, { v: null }, {}, { v: 2, n: 'x' }] });
  const metric = `{ name: it, path: '$.items[*]', value: '@.v', labels: { n: '@.n' } }`;
  const adapter = await startAdapter(source(app, metric));
  expect(await adapter.samples('it')).toEqual(['it{n="x"} 2']);
  expect(await adapter.samples('adapter_errors')).toEqual(['adapter_errors_total{reason="value",source="app"} 4']);
});

test('of several values for one series the first is kept, and the others are counted as duplicates', async () => {
  const app = await serveApp({ items: [{ v: 1 }, { v: 2 }, { v: 3 }] });
  const adapter = await startAdapter(source(app, `{ name: it, path: '$.items[*]', value: '@.v' }`));
  expect(await adapter.samples('it')).toEqual(['it 1']);
  expect(await adapter.samples('adapter_errors')).toEqual(['adapter_errors_total{reason="duplicate",source="app"} 4']);
});

test('a time from the document is kept, in seconds, milliseconds or ISO 8601', async () => {
  const times = [1657568506, 1657568506000, '2022-07-11T19:41:46Z'];
  const app = await serveApp({ items: times.map((at, n) => ({ at, n })) });
  const metric = `{ name: it, path: '$.items[*]', value: '@.n', labels: { n: '@.n' }, timestamp: '@.at' }`;
  const adapter = await startAdapter(source(app, metric));
  expect((await adapter.samples('it')).map((line) => line.split(' ')[2])).toEqual(Array(3).fill('1657568506000'));
});
