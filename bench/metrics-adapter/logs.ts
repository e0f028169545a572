import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alternate, type Bench } from '../core/bench.ts';
import { type Row, row } from '../core/row.ts';
import { Worker } from '../core/worker.ts';
import type { Report } from './logs-reader.ts';

const program = new URL('logs-reader.ts', import.meta.url);
const linesPerBlock = 300_000;
/** Megabytes that are read in all; `BENCH_LOG_MEGABYTES=10000` is the whole sweep. */
const megabytes = Number(process.env.BENCH_LOG_MEGABYTES ?? 600);

/** A block of lines. Each of the three patterns matches a third of them. */
function block(): string {
  return Array.from({ length: linesPerBlock }, (_, index) => {
    if (index % 3 === 0)
      return `10.0.0.${index % 200} - - [23/Nov/2026:07:00:00 +0000] "GET /items/${index % 977} HTTP/1.1" 200 ${index % 5000}\n`;
    if (index % 3 === 1) return `level=${index % 2 ? 'info' : 'warn'} msg="handled request" took=${index % 300}ms\n`;
    return `2026-11-23T07:00:00Z worker ${index % 8}: job mail${index % 20} ${index % 2 ? 'done' : 'failed'}\n`;
  }).join('');
}

/** Read a file that grows and is truncated meanwhile. Three patterns turn its lines into labelled counters. */
export async function logs({ folder, nodeFlags }: Bench): Promise<Row[]> {
  const path = join(folder, 'app.log');
  const copy = join(folder, 'copy.log');
  const text = block();
  writeFileSync(path, '');
  writeFileSync(copy, text.repeat(4));
  const reader = new Worker<Report>(program, [path], nodeFlags);
  try {
    const memory: number[] = [];
    let before = await reader.ask();
    let round = 0;
    const readBlock = async () => {
      round += 1;
      // The last line differs each time, as in any real log. It shows the reader that the file was truncated between two reads.
      appendFileSync(path, `${text}job round${round} done\n`);
      const now = await readAll(reader, round * (linesPerBlock + 1));
      const rate = ((now.matched - before.matched) / (now.cpuMicroseconds - before.cpuMicroseconds)) * 1e6;
      memory.push(now.rss / 1e6);
      before = now;
      truncateSync(path, 0);
      return rate;
    };
    const { ours, theirs } = await alternate({ ours: readBlock, theirs: () => readPlainly(copy) });
    while (round * text.length < megabytes * 1e6) await readBlock();
    const half = Math.floor(memory.length / 2);
    const peer = { name: 'readline and the same regexes', figures: theirs };
    const amount = Math.round((round * text.length) / 1e6);
    return [
      row({
        work: 'log lines matched per CPU second, three patterns',
        unit: '/s',
        ours,
        peer,
        goal: { of: 'ours', atLeast: 500_000 },
      }),
      row({
        work: `memory after ${amount} MB of log`,
        unit: 'MB',
        ours: memory.slice(-5),
        peer: { name: 'itself after half of it', figures: memory.slice(half, half + 5) },
        goal: { of: 'difference', atMost: 10 },
      }),
    ];
  } finally {
    await reader.stop();
  }
}

/** Lines per CPU second of the simplest program. */
async function readPlainly(path: string): Promise<number> {
  const reader = new Worker<Report>(program, [path, 'plain']);
  const { matched, cpuMicroseconds } = await reader.nextReport();
  await reader.stop();
  return (matched / cpuMicroseconds) * 1e6;
}

async function readAll(reader: Worker<Report>, lines: number): Promise<Report> {
  for (;;) {
    const now = await reader.ask();
    if (now.matched >= lines) return now;
    await sleep(25);
  }
}
