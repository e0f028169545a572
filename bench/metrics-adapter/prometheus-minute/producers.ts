import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { logFiles } from './sources.ts';

type State = { step: number };

/** The application's answers over HTTP, by path. Every value changes with each step. */
const pages: Record<string, (state: State) => { type: string; body: string }> = {
  '/json': ({ step }) => {
    const stock = ['tea', 'coffee'].map((name, index) => ({ name, left: 1000 - step * (index + 1) }));
    return { type: 'application/json', body: JSON.stringify({ orders: step * 3, stock }) };
  },
  '/text': ({ step }) => ({
    type: 'text/plain; version=0.0.4',
    body: `# HELP shop_text_requests_total Requests.\n# TYPE shop_text_requests_total counter\nshop_text_requests_total ${step * 2}\n`,
  }),
  '/open': ({ step }) => ({
    type: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    body: openMetrics(step),
  }),
  '/pairs': ({ step }) => ({ type: 'text/plain', body: `workers=${4 + step}\n` }),
  '/table': ({ step }) => ({ type: 'text/csv', body: `queue,depth\nmail,${step}\nprint,${step * 2}\n` }),
};

function openMetrics(step: number): string {
  const exemplar = `# {trace_id="trace-${step}"}`;
  return [
    '# TYPE shop_open_requests counter',
    '# HELP shop_open_requests Requests.',
    `shop_open_requests_total ${step} ${exemplar} 1`,
    '# TYPE shop_open_seconds histogram',
    '# UNIT shop_open_seconds seconds',
    '# HELP shop_open_seconds Time that answering took.',
    `shop_open_seconds_bucket{le="0.1"} ${step} ${exemplar} 0.05`,
    `shop_open_seconds_bucket{le="+Inf"} ${step * 2}`,
    `shop_open_seconds_count ${step * 2}`,
    `shop_open_seconds_sum ${step}`,
    '# EOF\n',
  ].join('\n');
}

const headers: Partial<Record<(typeof logFiles)[number], string>> = { 'table.csv': 'stamp,id,seconds\n' };
const lines: Record<(typeof logFiles)[number], (step: number) => string> = {
  'regex.log': (step) => `${step % 5 === 0 ? 'ERROR' : 'INFO'} order ${step} taken\n`,
  'logfmt.log': (step) => `level=info msg="order taken" order=${step} seconds=0.${1 + (step % 9)}\n`,
  'lines.jsonl': (step) => `${JSON.stringify({ order: step, answer: { bytes: 100 + step } })}\n`,
  'table.csv': (step) => `${step},"order, ${step}",0.25\n`,
};

/** Start an application that emits in every way that the adapter reads, ten times a second after `feed`. */
export async function startProducers(folder: string) {
  const state: State = { step: 1 };
  const server = createServer(({ url = '' }, response) => {
    const page = pages[url]?.(state);
    if (page === undefined) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': page.type }).end(page.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  for (const name of logFiles) writeFileSync(join(folder, name), headers[name] ?? '');
  const statsd = await freePort();
  let timer: NodeJS.Timeout | undefined;
  const closers: (() => void)[] = [
    () => clearInterval(timer),
    () => server.close(),
    () => server.closeAllConnections(),
  ];
  return {
    app: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statsd,
    feed: async () => {
      const [udp, tcp, unix] = [
        createSocket('udp4'),
        connect(statsd, '127.0.0.1'),
        connect(join(folder, 'statsd.sock')),
      ];
      await Promise.all([once(tcp, 'connect'), once(unix, 'connect')]);
      timer = setInterval(() => {
        state.step += 1;
        const { step } = state;
        const latency = `shop.latency.read:${20 + (step % 10)}|ms`;
        udp.send(`shop.udp.count:1|c\nshop.udp.seconds:${step % 50}|ms\n${latency}`, statsd, '127.0.0.1');
        tcp.write('shop.tcp.count:2|c\n');
        unix.write('shop.unix.count:3|c\n');
        for (const name of logFiles) appendFileSync(join(folder, name), lines[name](step));
      }, 100);
      closers.push(
        () => udp.close(),
        () => tcp.destroy(),
        () => unix.destroy(),
      );
    },
    /** Stop emitting. Returns how often each producer emitted. */
    halt: (): number => {
      clearInterval(timer);
      return state.step - 1;
    },
    /** Rename every log file and start a new one, as logrotate does. */
    rotate: () => {
      for (const name of logFiles) {
        renameSync(join(folder, name), join(folder, `${name}.1`));
        writeFileSync(join(folder, name), headers[name] ?? '');
      }
    },
    stop: () => {
      for (const close of closers.toReversed()) close();
    },
  };
}
