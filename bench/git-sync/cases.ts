import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, type Bench, type Case } from '../core/bench.ts';
import { median } from '../core/median.ts';
import { requireProgram } from '../core/programs.ts';
import { type Growth, growth, type Row, row } from '../core/row.ts';
import type { Cost } from './cost.ts';
import { PlainGit } from './plain-git.ts';
import { addRefs, change, makeRemote } from './remote.ts';
import { Subject } from './subject.ts';

type Passes = { first: Cost; unchanged: Cost; changed: Cost };
type Remote = { files: number; refs?: number };

/** Measure a first, an unchanged and a changed pass. The peer is plain git or upstream's program. */
async function passes(bench: Bench, of: Remote, peer: 'git' | 'git-sync'): Promise<Row[]> {
  const name = requireProgram(peer);
  const remote = prepareRemote(bench, of);
  const ours = [process.execPath, ...bench.nodeFlags, await bench.bundle('git-sync')];
  const measured = await alternate({
    ours: () => measureProgram(bench, remote, ours),
    theirs: () => (peer === 'git' ? measureGit(bench, remote) : measureProgram(bench, remote, ['git-sync'])),
  });
  return (['first', 'unchanged', 'changed'] as const).flatMap((pass) =>
    (['wall', 'cpu'] as const).map((figure) =>
      row({
        work: `${pass} pass, ${figure === 'wall' ? 'time' : 'CPU time'}, ${describe(of)}`,
        unit: 'ms',
        ours: measured.ours.map((one) => one[pass][figure]),
        peer: { name, figures: measured.theirs.map((one) => one[pass][figure]) },
      }),
    ),
  );
}

const describe = ({ files, refs = 1 }: Remote) =>
  `${files.toLocaleString('en')} files, ${refs.toLocaleString('en')} ${refs === 1 ? 'ref' : 'refs'}`;

function prepareRemote({ folder }: Bench, { files, refs = 1 }: Remote): string {
  const remote = join(mkdtempSync(join(folder, 'remote-')), 'repository');
  makeRemote(remote, files);
  addRefs(remote, refs - 1);
  return remote;
}

/** Make a new folder for a round. Earlier folders are removed and the disk is synced first, so they don't disturb this round. */
function makeRoot({ folder }: Bench): string {
  for (const name of readdirSync(folder)) if (name.startsWith('root-')) rmSync(join(folder, name), { recursive: true });
  execFileSync('sync');
  return join(mkdtempSync(join(folder, 'root-')), 'root');
}

function measureGit(bench: Bench, remote: string): Passes {
  const git = new PlainGit(makeRoot(bench), remote);
  const first = git.first();
  const idle = Array.from({ length: 10 }, () => git.unchanged());
  change(remote, `plain ${performance.now()}`);
  const mean = (figure: keyof Cost) => idle.reduce((sum, cost) => sum + cost[figure], 0) / idle.length;
  return { first, unchanged: { wall: mean('wall'), cpu: mean('cpu') }, changed: git.changed() };
}

async function measureProgram(bench: Bench, remote: string, command: readonly string[]): Promise<Passes> {
  const subject = await Subject.start(command, { remote, root: makeRoot(bench) });
  try {
    const first = await subject.first();
    await subject.unchanged(2);
    const unchanged = await subject.unchanged(20);
    const changed = await subject.changed(() => change(remote, `ours ${performance.now()}`));
    return { first, unchanged, changed };
  } finally {
    await subject.stop();
  }
}

/** The cost of a first pass with a growing number of files. */
async function filesGrowth(bench: Bench): Promise<Growth[]> {
  const ours = [process.execPath, ...bench.nodeFlags, await bench.bundle('git-sync')];
  const costs: Growth['costs'] = [];
  for (const size of [100, 1000, 10_000]) {
    const remote = prepareRemote(bench, { files: size });
    const measured = await alternate({ ours: () => measureProgram(bench, remote, ours) }, 3);
    costs.push({ size, cost: median(measured.ours.map(({ first }) => first.wall)) });
  }
  return [growth('a first pass, by files', 'ms', costs)];
}

export const cases: Record<string, Case<Row | Growth>> = {
  passes: (bench) => passes(bench, { files: 5000 }, 'git'),
  refs: (bench) => passes(bench, { files: 100, refs: 100_000 }, 'git'),
  upstream: (bench) => passes(bench, { files: 5000 }, 'git-sync'),
  files: filesGrowth,
};
