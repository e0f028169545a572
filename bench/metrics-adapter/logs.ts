import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from './logs-reader.ts';
import { median, type Result } from './result.ts';

const linesPerBlock = 300_000;
/** Megabytes that are read in all; `BENCH_LOG_MEGABYTES=10000` is the whole sweep. */
const megabytes = Number(process.env.BENCH_LOG_MEGABYTES ?? 600);

/** A third of the lines for each of the three patterns. */
function block(): string {
  return Array.from({ length: linesPerBlock }, (_, index) => {
    if (index % 3 === 0)
      return `10.0.0.${index % 200} - - [23/Nov/2026:07:00:00 +0000] "GET /items/${index % 977} HTTP/1.1" 200 ${index % 5000}\n`;
    if (index % 3 === 1) return `level=${index % 2 ? 'info' : 'warn'} msg="handled request" took=${index % 300}ms\n`;
    return `2026-11-23T07:00:00Z worker ${index % 8}: job mail${index % 20} ${index % 2 ? 'done' : 'failed'}\n`;
  }).join('');
}

/** Lines of a file that grows and is truncated as it is read, through three patterns into labelled counters. */
export async function logs(): Promise<Result[]> {
  const directory = mkdtempSync(join(tmpdir(), 'podkit-bench-logs-'));
  const path = join(directory, 'app.log');
  writeFileSync(path, '');
  const child = fork(new URL('logs-reader.ts', import.meta.url), [path]);
  try {
    const text = block();
    const rounds = Math.max(8, Math.ceil((megabytes * 1e6) / text.length));
    const rates: number[] = [];
    const memory: number[] = [];
    let before = await report(child);
    for (let round = 1; round <= rounds; round += 1) {
      // The last line differs, as in any real log: by it the reader knows that the file was truncated between two looks.
      appendFileSync(path, `${text}job round${round} done\n`);
      const now = await readAll(child, round * (linesPerBlock + 1));
      rates.push(((now.matched - before.matched) / (now.cpuMicroseconds - before.cpuMicroseconds)) * 1e6);
      memory.push(now.rss / 1e6);
      before = now;
      truncateSync(path, 0);
    }
    const rate = median(rates.slice(1));
    appendFileSync(path, text.repeat(4));
    const plain = await readPlainly(path);
    const half = Math.floor(memory.length / 2);
    const growth = median(memory.slice(-5)) - median(memory.slice(half, half + 5));
    return [
      {
        what: 'matched lines per CPU second, three patterns',
        measured: `${Math.round(rate).toLocaleString('en')}, ${(rate / plain).toFixed(2)} × readline with the same regexes`,
        target: '≥ 500,000',
        met: rate >= 500_000,
      },
      {
        what: `memory over the second half of ${Math.round((rounds * text.length) / 1e6)} MB`,
        measured: `${growth.toFixed(1)} MB more, ${memory.at(-1)?.toFixed(0)} MB in all`,
        target: '≤ 10 MB more',
        met: growth <= 10,
      },
    ];
  } finally {
    child.disconnect();
    rmSync(directory, { recursive: true });
  }
}

/** Lines per CPU second of the plainest program. */
async function readPlainly(path: string): Promise<number> {
  const child = fork(new URL('logs-reader.ts', import.meta.url), [path, 'plain']);
  const [{ matched, cpuMicroseconds }] = (await once(child, 'message')) as [Report];
  child.disconnect();
  return (matched / cpuMicroseconds) * 1e6;
}

async function readAll(child: ChildProcess, lines: number): Promise<Report> {
  for (;;) {
    const now = await report(child);
    if (now.matched >= lines) return now;
    await sleep(25);
  }
}

async function report(child: ChildProcess): Promise<Report> {
  const answer = once(child, 'message') as Promise<[Report]>;
  child.send('report');
  return (await answer)[0];
}
