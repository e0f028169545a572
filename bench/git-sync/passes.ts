import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cost, median } from './cost.ts';
import { PlainGit } from './plain-git.ts';
import { addRefs, change, makeRemote } from './remote.ts';
import { Subject } from './subject.ts';

/*
 * git-sync's first, unchanged and changed pass, each as a ratio to plain git doing the same in the same round, and its
 * memory. With --upstream the program of kubernetes/git-sync v4 is measured beside it; with --main a bundle of ours.
 * Disks answer as they like: --dir /dev/shm
 * leaves theirs out. Usage: npm run bench -- git-sync/passes [--files N] [--refs N] [--rounds N] [--upstream PATH] [--main PATH] [--dir PATH]
 */
const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '5000' },
    refs: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    upstream: { type: 'string' },
    dir: { type: 'string', default: tmpdir() },
    main: {
      type: 'string',
      default: join(import.meta.dirname, '..', '..', 'services', 'git-sync', 'src', 'main.ts'),
    },
  },
});
const folder = mkdtempSync(join(values.dir, 'podkit-bench-git-sync-'));
const remote = join(folder, 'remote');
const subjects: [name: string, command: string[]][] = [['ours', [process.execPath, values.main]]];
if (values.upstream !== undefined) subjects.push(['upstream', [values.upstream]]);

type Round = { first: Cost; unchanged: Cost; changed: Cost };
const plain: Round[] = [];
const measured = new Map<string, Round[]>(subjects.map(([name]) => [name, []]));

try {
  makeRemote(remote, Number(values.files));
  addRefs(remote, Number(values.refs) - 1);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const turns = [
      async () => void plain.push(measurePlain(round)),
      ...subjects.map(([name, command]) => async () => {
        measured.get(name)?.push(await measure(name, command, round));
      }),
    ];
    // Each goes first as often as the others, and none meets what another left to be written.
    for (const at of turns.keys()) {
      execFileSync('sync');
      await turns[(at + round) % turns.length]?.();
      for (const name of readdirSync(folder)) if (name !== 'remote') rmSync(join(folder, name), { recursive: true });
    }
  }
  for (const [name, rounds] of measured) report(name, rounds);
  for (const [name, command] of subjects) console.log(`${name}: ${await factsOf(name, command)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measurePlain(round: number): Round {
  const git = new PlainGit(join(folder, `plain-${round}`), remote);
  const first = git.first();
  const idle = Array.from({ length: 10 }, () => git.unchanged());
  change(remote, `plain ${round}`);
  return { first, unchanged: mean(idle), changed: git.changed() };
}

async function measure(name: string, command: string[], round: number): Promise<Round> {
  const subject = await Subject.start(command, { remote, root: join(folder, `${name}-${round}`), counts: false });
  try {
    const first = await subject.first();
    await subject.unchanged(2);
    const unchanged = await subject.unchanged(20);
    const changed = await subject.changed(() => change(remote, `${name} ${round}`));
    return { first, unchanged, changed };
  } finally {
    await subject.stop();
  }
}

/** Its memory, and which gits each kind of pass starts. */
async function factsOf(name: string, command: string[]): Promise<string> {
  const subject = await Subject.start(command, { remote, root: join(folder, `${name}-facts`), counts: true });
  try {
    await subject.first();
    await subject.unchanged(2);
    const unchanged = startsIn((await subject.unchanged(20)).commands);
    const changed = startsIn((await subject.changed(() => change(remote, `${name} facts`))).commands);
    return `${subject.memory().toFixed(0)} MiB RSS; an unchanged pass starts ${unchanged}; a changed one and the next ${changed}`;
  } finally {
    await subject.stop();
  }
}

function startsIn(commands: readonly string[]): string {
  return `git ${commands.length} times (${commands.map((words) => words.replace(/^-\S+ /, '').split(' ')[0]).join(', ')})`;
}

function report(name: string, rounds: readonly Round[]): void {
  for (const pass of ['first', 'unchanged', 'changed'] as const) {
    const line = (['wall', 'cpu'] as const).map((what) => {
      const [mine, git] = [rounds, plain].map((all) => all.map((round) => round[pass][what]));
      const ratio = median((mine ?? []).map((one, at) => one / (git?.[at] ?? Number.NaN)));
      return `${what} ${median(mine ?? []).toFixed(1)} ms, git ${median(git ?? []).toFixed(1)} ms, ratio ${ratio.toFixed(2)}`;
    });
    console.log(`${name}, ${pass} pass: ${line.join(' · ')}`);
  }
}

function mean(costs: readonly Cost[]): Cost {
  const of = (what: keyof Cost) => costs.reduce((sum, cost) => sum + cost[what], 0) / costs.length;
  return { wall: of('wall'), cpu: of('cpu') };
}
