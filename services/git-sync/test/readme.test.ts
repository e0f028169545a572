import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Health } from '@podkit/chassis/http/health';
import { createMetrics } from '@podkit/chassis/http/metrics';
import { Lifecycle } from '@podkit/chassis/process/lifecycle';
import { readSettings } from '@podkit/chassis/testing/read-settings';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { allSettings } from '../src/config/all-settings.ts';
import { legacyFlags, legacyVariables } from '../src/config/legacy.ts';
import { schema, variablePrefix } from '../src/config/schema.ts';
import { createHttpServer } from '../src/http/server.ts';
import { Log } from '../src/log/log.ts';
import { Redactor } from '../src/log/redactor.ts';
import { createPrometheus } from '../src/metrics/prometheus.ts';
import { Remote } from './fixtures/remote.ts';
import { expectDone, spawnGitSync } from './fixtures/run.ts';
import {
  upstreamDeprecated,
  upstreamFlags,
  upstreamMetrics,
  upstreamQuestions,
  upstreamVariablesOnly,
} from './fixtures/upstream.ts';

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

/** The rows of a table between two comments, cell by cell. */
function readTable(name: string): string[][] {
  const [, table = ''] = new RegExp(`<!-- ${name} -->\n([^]*?)<!-- /${name} -->`).exec(readme) ?? [];
  const rows = table.trim().split('\n').slice(2);
  expect(rows.length).toBeGreaterThan(0);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What stands between backticks. */
const words = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

/** The default in a row of the table of settings. */
const readDefault = ([, , fallback = '']: string[] = []) => (fallback === 'not set' ? '' : (words(fallback)[0] ?? ''));

describe('the table of settings', () => {
  const flags = new Map(readSettings(schema, variablePrefix).map((row) => [words(row[1])[0] ?? '', row]));

  test('has every flag of upstream, with its variable and default, and marks all others', () => {
    const facts = upstreamFlags.map(([flag]) => {
      const row = flags.get(flag);
      // A list without a variable at upstream has one here.
      return [flag, flag === '--init-max-failures' ? '0' : readDefault(row), ...words(row?.[0])];
    });
    expect(facts).toEqual(
      upstreamFlags.map(([flag, fallback, variable]) => [flag, fallback, variable ?? 'GITSYNC_GIT_CONFIG_ADD']),
    );
    const theirs = new Set([...upstreamFlags, ...upstreamDeprecated].map(([flag]) => flag));
    const marked = [...flags].filter(([, row]) => row.at(-1)?.endsWith('*')).map(([flag]) => flag);
    const ours = [...flags].filter(
      ([flag, row]) => !theirs.has(flag) && !upstreamVariablesOnly.includes(words(row[0])[0] ?? ''),
    );
    expect(marked).toEqual(ours.map(([flag]) => flag));
  });

  test('is completed in the README by the other flags of upstream', () => {
    const named = readTable('other flags').flatMap(([cell]) => words(cell));
    const others = [...upstreamQuestions, ...upstreamDeprecated.map(([flag]) => flag)].filter(
      (flag) => !flags.has(flag),
    );
    expect(named.filter((flag) => !['-v N', '-h', '-?'].includes(flag)).toSorted()).toEqual(others.toSorted());
  });
});

test('accepts the older variables of upstream, and no others', () => {
  const older = upstreamFlags.flatMap(([, , variable = '', ...names]) => (names.length > 0 ? [[variable, names]] : []));
  const ours = { ...legacyVariables };
  // Their names are in no flag of upstream's.
  expect(ours.GITSYNC_PASSWORD).toEqual(['GIT_SYNC_PASSWORD']);
  delete (ours as Record<string, unknown>).GITSYNC_PASSWORD;
  expect(ours).toEqual(Object.fromEntries(older));
  const flags = legacyFlags.map(({ flag, env }) => (env === undefined ? [flag] : [flag, env]));
  const known = allSettings.map(({ flag }) => flag);
  const deprecated = upstreamDeprecated.filter(([flag]) => !known.includes(flag));
  expect(new Set(flags.map(String))).toEqual(new Set(deprecated.map(String)));
});

test('has the metrics of upstream with their labels, and names those that upstream does not have', async () => {
  const { forRepository, trigger, exposition } = createPrometheus(createMetrics({ service: 's', version: 'v' }), false);
  const one = forRepository('default');
  one.pass('success', 1);
  one.published('a'.repeat(40), true);
  one.askpass('success');
  one.githubApp('success');
  one.hook('webhook', 'success');
  one.verification('success');
  trigger('queued');
  const text = (await exposition?.registry.metrics()) ?? '';
  const names = [...text.matchAll(/^# TYPE (git_\S+)/gm)].map(([, name = '']) => name);
  const readLabels = (name: string) => {
    const [, labels] = new RegExp(`^${name}(?:_sum)?(?:\\{(.*)\\})? `, 'm').exec(text) ?? [];
    return [...(labels ?? '').matchAll(/(\w+)="/g)].map(([, label = '']) => label);
  };
  const [, section = ''] = /\n## Metrics\n([^]*?)\n## /.exec(readme) ?? [];
  const theirs = names.filter((name) => !section.includes(`\`${name}\``));
  expect(Object.fromEntries(theirs.map((name) => [name, readLabels(name)]))).toEqual(upstreamMetrics);
});

test('lists every endpoint', async () => {
  const server = await createHttpServer({
    log: new Log({ pino: pino({ enabled: false }), redactor: new Redactor() }),
    health: new Health(),
    lifecycle: new Lifecycle({ drainDelay: 0, shutdownTimeout: 0 }),
    metrics: createPrometheus(createMetrics({ service: 's', version: 'v' }), false),
    servePprof: true,
    swaggerUi: false,
    readTriggerSecret: async () => 'correct horse',
    repositories: [],
    readiness: { staleAfter: 0 },
  });
  const parents: string[] = [];
  const served = server
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      // A tree: each line is what follows the path of the line above it that is less indented.
      const [, indent = '', part = '', methods] = /^(.*── )(\S*)(?: \((.*)\))?/.exec(line) ?? [];
      const url = `${parents[indent.length / 4 - 2] ?? ''}${part}`;
      parents[indent.length / 4 - 1] = url;
      return methods === undefined ? [] : [methods === 'POST' ? `POST ${url}` : url];
    });
  const shown = served.map((url) => url.replace(/^\*$/, '/').replace(':name', '<name>'));
  const paths = readTable('endpoints').flatMap(([cell]) => words(cell));
  expect(paths.toSorted()).toEqual([...new Set(shown)].toSorted());
});

test('has a quick start that works, shown here with a local repository', async () => {
  const [, flags = ''] = /npm run git-sync -- (--repo=\S+ .*)\n/.exec(readme) ?? [];
  const remote = await Remote.create();
  const args = flags.split(' ').map((flag) => {
    if (flag.startsWith('--repo=')) return `--repo=${remote.path}`;
    if (flag.startsWith('--root=')) return `--root=${tempDir()}`;
    return flag;
  });
  expect(args).toContain('--one-time');
  expectDone(await spawnGitSync(args));
});
