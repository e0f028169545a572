import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { describe, expect, test } from 'vitest';
import { findBlocks, inlineCommands, pages, root } from '../../tools/doc-commands.ts';

const read = (page: string) => readFileSync(join(root, page), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** Targets of the links and images of a Markdown page that lead to files of this repository. */
function findLinks(page: string): string[] {
  const text = read(page).replaceAll(/```[\s\S]*?```/g, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target.split('#', 1)[0] ?? '');
  return targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

const benchmarks = execFileSync(process.execPath, [join(root, 'bench', 'main.ts'), '--list'], { encoding: 'utf8' });
const isPart = (part: string) => new RegExp(`^npm run bench -- ${part}(/| |$)`, 'm').test(benchmarks);

describe.each(pages())('%s', (page) => {
  const blocks = findBlocks(page);
  const inline = inlineCommands(read(page));

  test('links only to files that exist', () => {
    expect(findLinks(page).filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
  });

  test('says of every block of commands what it needs, so that one of the tests runs it', () => {
    expect(blocks.filter(({ need }) => need === undefined)).toEqual([]);
  });

  test('names only npm scripts and measurements that there are', () => {
    const commands = [...inline, ...blocks.flatMap((block) => block.commands.split('\n'))];
    const named = commands.flatMap((command) => /\bnpm (?:run )?(?:-\w+ )*([a-z][\w:-]*)/.exec(command)?.[1] ?? []);
    expect(named.filter((name) => !(name in scripts) && !['ci', 'version', 'install', 'audit'].includes(name))).toEqual(
      [],
    );
    const parts = commands.flatMap((command) => /\bnpm run bench -- ([\w/-]+)/.exec(command)?.[1] ?? []);
    expect(parts.filter((part) => !isPart(part))).toEqual([]);
  });

  test('has no command that works only with Node 24 on the PATH, or only in a folder of its own', () => {
    expect(
      inline.filter((command) =>
        /^(sudo )?(vitest|npx) |^(sudo )?node (services|bench|local|e2e)\/|^npm .* -w /.test(command),
      ),
    ).toEqual([]);
  });
});

/** Own ports for what listens on fixed ones; where that needs rights that one does not have, the machine's. */
const inOwnNetwork =
  spawnSync('unshare', ['--net', 'true']).status === 0
    ? ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
    : ['env'];

const withCommands = pages().filter((page) => findBlocks(page).some(({ need }) => need === 'machine'));

test.each(withCommands)('the commands of %s work in a plain shell, as they are written', (page) => {
  const [program, ...words] = [...inOwnNetwork, process.execPath, join(root, 'tools/run-page.ts'), page, tempDir()];
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  process.stdout.write(stdout);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('the list of all commands has a result, or the test that gives it one', () => {
  const by = { machine: 'npm test', itself: 'this run', docker: 'npm run images:check', cluster: 'npm run e2e' };
  const lines = pages().flatMap((page) =>
    findBlocks(page).map(({ line, commands, need }) => {
      return `${need === undefined ? 'NOBODY' : by[need]}: ${page}:${line} ${commands.trim().split('\n')[0]}`;
    }),
  );
  process.stdout.write(`${lines.join('\n')}\n`);
  expect(lines.filter((line) => line.startsWith('NOBODY'))).toEqual([]);
});
