import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Journal } from '../src/shard/journal.ts';
import { decodeLine, encodeLine, replayJournal } from '../src/shard/journal-line.ts';
import { ShardStore } from '../src/shard/shard-store.ts';
import { type RunningApp, startApp } from './support/start-app.ts';

/** As JSON can say it: -0 becomes 0. */
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const batches = fc.array(fc.array(json, { maxLength: 4 }), { maxLength: 6 });

describe('a journal line', () => {
  it('reads back as it was written, whatever the entries', () => {
    fc.assert(
      fc.property(fc.array(json), (entries) => {
        expect(decodeLine(encodeLine(entries).trimEnd())).toEqual(entries);
      }),
    );
  });

  it('is refused when any byte of it is another', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.integer({ min: 1, max: 255 }), (entry, position, flip) => {
        const line = Buffer.from(encodeLine([entry]).trimEnd());
        const at = position % line.length;
        line[at] = (line[at] ?? 0) ^ flip;
        expect(decodeLine(line.toString())).toBeUndefined();
      }),
    );
  });
});

describe('replaying a journal', () => {
  it('gives, wherever the file was cut off, the whole batches before the cut', () => {
    fc.assert(
      fc.property(batches, fc.nat(), (all, position) => {
        const lines = all.map((entries) => Buffer.from(encodeLine(entries)));
        const content = Buffer.concat(lines);
        const cut = content.length === 0 ? 0 : position % (content.length + 1);
        const { entries, length, damagedLine } = replayJournal(content.subarray(0, cut));
        let [end, whole] = [0, 0];
        for (const line of lines) {
          if (end + line.length > cut) break;
          [end, whole] = [end + line.length, whole + 1];
        }
        expect({ entries, length, damagedLine }).toEqual({ entries: all.slice(0, whole).flat(), length: end });
      }),
    );
  });

  it('names the line that is damaged where a good one follows', () => {
    const content = [encodeLine([1]), 'rubbish\n', encodeLine([2])].join('');
    expect(replayJournal(Buffer.from(content)).damagedLine).toBe(2);
  });
});

describe('a journal', () => {
  it('cuts off a line that a crash left unfinished, and goes on', async () => {
    const folder = tempDir();
    const applied: unknown[] = [];
    const first = await Journal.open({ folder, apply: () => undefined });
    await first.append('a');
    await first.close();
    appendFileSync(join(folder, 'journal'), encodeLine(['torn']).slice(0, 12));
    const second = await Journal.open({ folder, apply: (entry) => applied.push(entry) });
    await second.append('b');
    await second.close();
    expect(applied).toEqual(['a', 'b']);
    expect(replayJournal(readFileSync(join(folder, 'journal'))).entries).toEqual(['a', 'b']);
  });

  it('refuses to go on after damage, naming the line and what to do', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'journal'), ['rubbish\n', encodeLine([2])].join(''));
    await expect(Journal.open({ folder, apply: () => undefined })).rejects.toThrow(
      /line 1 is damaged; restore the volume/,
    );
  });

  it('refuses what it cannot write, and is whole afterwards', async () => {
    const folder = tempDir();
    const journal = await Journal.open({ folder, apply: () => undefined });
    await journal.append('before');
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    await expect(journal.append(cycle)).rejects.toMatchObject({ code: 'ERR_JOURNAL_WRITE' });
    await journal.append('after');
    await journal.close();
    expect(replayJournal(readFileSync(join(folder, 'journal'))).entries).toEqual(['before', 'after']);
  });
});

/** Kill a process that writes, again and again on the same folder. The long sweep is bench/app/kill-sweep.ts. */
describe('kill -9 while keys are written', () => {
  it('loses none that was acknowledged', async () => {
    const folder = tempDir();
    const acknowledged = new Map<string, number>();
    let last = 0;
    for (let round = 0; round < 5; round += 1) {
      const writer = join(import.meta.dirname, 'fixtures', 'journal-writer.ts');
      const child = spawn(process.execPath, [writer, folder, String(last)], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.length > 12_000 + round * 3001) child.kill('SIGKILL');
      });
      await once(child, 'close');
      for (const line of text.split('\n').slice(0, -1)) {
        const [key = '', number = '0'] = line.split(' ');
        acknowledged.set(key, Math.max(Number(number), acknowledged.get(key) ?? 0));
        last = Math.max(last, Number(number));
      }
      const store = await ShardStore.open({ folder, limit: 2 ** 30 });
      const lost = [...acknowledged].filter(([key, number]) => (store.get(key)?.version ?? 0) < number);
      last = Math.max(last, ...store.records().map(({ version }) => version));
      await store.close();
      expect(lost).toEqual([]);
    }
    expect(acknowledged.size).toBeGreaterThan(400);
  });
});

describe('the store of a shard', () => {
  it('rewrites its journal, so that the file stays near the size of what is in it', async () => {
    const folder = tempDir();
    const store = await ShardStore.open({ folder, limit: 2 ** 20, rewriteAbove: 5000 });
    for (let version = 1; version <= 400; version += 1) await store.put({ key: 'k', version, value: 'AAAA' });
    await store.close();
    expect(readFileSync(join(folder, 'journal')).length).toBeLessThan(10_000);
    const again = await ShardStore.open({ folder, limit: 2 ** 20 });
    expect(again.get('k')?.version).toBe(400);
    await again.close();
  });

  it('keeps the newer of two versions, whichever comes first, and refuses more than its limit', async () => {
    const store = await ShardStore.open({ folder: tempDir(), limit: 100 });
    await store.put({ key: 'k', version: 2, value: 'Mg==' });
    await store.put({ key: 'k', version: 1, value: 'MQ==' });
    expect(store.get('k')?.version).toBe(2);
    await expect(store.put({ key: 'large', version: 1, value: 'A'.repeat(200) })).rejects.toMatchObject({
      code: 'ERR_SHARD_FULL',
    });
    await store.close();
  });
});

/** The size of its files is limited for the process, which a write meets as it does a full disk: part of it, then an error. */
function limitFiles({ service }: RunningApp, bytes: string): void {
  execFileSync('prlimit', ['--pid', String(service.child.pid), `--fsize=${bytes}:`]);
}

describe('a volume that is full', () => {
  it('refuses keys and loses none it had; with space again it takes keys, also after a restart', async () => {
    const env = { APP_DATA: tempDir() };
    const app = await startApp(env);
    const headers = { 'content-type': 'application/json' };
    const put = async (key: string) => {
      const init = { method: 'PUT', headers, body: JSON.stringify({ value: 'x'.repeat(1000) }) };
      return (await fetch(`${app.url}/api/shard/${key}`, init)).status;
    };
    limitFiles(app, '20000');
    const kept: string[] = [];
    let status = await put('key-0');
    for (; status < 300; status = await put(`key-${kept.length}`)) kept.push(`key-${kept.length}`);
    expect([status, kept.length > 5]).toEqual([507, true]);
    expect((await fetch(`${app.url}/api/shard/${kept[0]}`)).status).toBe(200);
    limitFiles(app, 'unlimited');
    expect(await put('later')).toBeLessThan(300);
    await app.service.stop('SIGKILL');

    const again = await startApp(env);
    const read = async (key: string) => (await fetch(`${again.url}/api/shard/${key}`)).status;
    const statuses = await Promise.all([...kept, 'later', `key-${kept.length}`].map(read));
    expect(statuses).toEqual([...kept.map(() => 200), 200, 404]);
  });
});
