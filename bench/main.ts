import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Bench, type Case } from './core/bench.ts';
import { profilerFlags, topFunctions } from './core/profile.ts';
import { NotFoundError } from './core/programs.ts';
import type { Growth, Row } from './core/row.ts';
import { describeMachine, growthTable, machineLine, type Named, rowTable } from './core/table.ts';

/**
 * `npm run bench [-- PART[/CASE] …] [--json FILE] [--profile] [--list]`: run benchmarks beside their peers and print a table. Without
 * a name it runs all parts; `--list` prints the names. Each folder with a `cases.ts` is a part. A file with a comment
 * that says `npm run bench -- ` and its name is a program of its own, which prints its own report.
 */
const here = import.meta.dirname;
const options = { json: { type: 'string' }, profile: { type: 'boolean' }, list: { type: 'boolean' } } as const;
const programs = findPrograms();
const program = programs.get(process.argv[2] ?? '');
if (program === undefined) await measure();
else await runProgram(program.file);

/** The programs that print their own report, by name: usage and file. */
function findPrograms(): Map<string, { usage: string; file: string }> {
  const found = new Map<string, { usage: string; file: string }>();
  for (const file of globSync('*/**/*.ts', { cwd: here }).toSorted()) {
    const [usage, name] = /npm run bench -- ([\w/-]+)(?: \[.*\])?/.exec(readFileSync(join(here, file), 'utf8')) ?? [];
    if (usage !== undefined && name !== undefined) found.set(name, { usage, file });
  }
  return found;
}

async function runProgram(file: string): Promise<void> {
  process.argv.splice(2, 1);
  await import(pathToFileURL(join(here, file)).href);
}

async function measure(): Promise<void> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const all = await findCases();
  const chosen = all.filter(({ part, name }) =>
    positionals.length === 0 ? true : positionals.some((word) => word === part || word === name),
  );
  const unknown = positionals.filter((word) => !all.some(({ part, name }) => word === part || word === name));
  if (values.list === true || unknown.length > 0) {
    for (const word of unknown) console.error(`bench: no part or case is named ${word}`);
    const usages = [...programs.values()].map(({ usage }) => usage);
    console.log([...all.map(({ name }) => `npm run bench -- ${name}`), ...usages].join('\n'));
    process.exit(unknown.length > 0 ? 2 : 0);
  }
  const machine = describeMachine();
  const found: Named<Row | Growth>[] = [];
  for (const { name, run } of chosen) found.push(...(await runCase(name, run, values.profile === true)));
  const growths = found.filter((one) => 'costs' in one);
  const rows = found.filter((one) => !('costs' in one));
  const loadAfter = loadavg()[0] ?? 0;
  console.log(`\n${machineLine(machine, loadAfter)}`);
  if (rows.length > 0) console.log(`\n${rowTable(rows)}`);
  if (growths.length > 0) console.log(`\n${growthTable(growths)}`);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine, loadAfter, rows, growth: growths }, undefined, 2)}\n`);
}

async function findCases() {
  const found: { part: string; name: string; run: Case<Row | Growth> }[] = [];
  for (const file of globSync('*/cases.ts', { cwd: here }).toSorted()) {
    const part = dirname(file);
    const { cases } = (await import(pathToFileURL(join(here, file)).href)) as {
      cases: Record<string, Case<Row | Growth>>;
    };
    for (const [name, run] of Object.entries(cases)) found.push({ part, name: `${part}/${name}`, run });
  }
  return found;
}

/** Run a case and return its rows. If the peer is not installed, the only row says so. */
async function runCase(name: string, run: Case<Row | Growth>, isProfiled: boolean): Promise<Named<Row | Growth>[]> {
  const folder = mkdtempSync(join(tmpdir(), 'podkit-bench-'));
  const profiles = join(folder, 'profiles');
  const began = performance.now();
  try {
    const rows = await run(new Bench(folder, isProfiled ? profilerFlags(profiles) : []));
    console.error(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    if (isProfiled) printProfile(name, profiles);
    return rows.map((row) => ({ name, ...row }));
  } catch (error) {
    if (error instanceof NotFoundError) return [{ name, work: '', unit: '', missing: error.message }];
    // The other cases still run.
    console.error(error);
    process.exitCode = 1;
    return [{ name, work: '', unit: '', missing: 'it failed' }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function printProfile(name: string, folder: string): void {
  const lines = topFunctions(folder);
  if (lines.length === 0) console.log(`\n${name}: not profiled: it runs in the benchmark's own process`);
  else console.log(`\n${name}, CPU time by function:\n${lines.join('\n')}`);
}
