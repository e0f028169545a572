import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, type Environment, loadConfig } from '../../src/config/config.ts';
import type { Grammar } from '../../src/config/grammar.ts';
import {
  bytes,
  choice,
  duration,
  flag,
  integer,
  list,
  optional,
  port,
  secret,
  settings,
  text,
  url,
} from '../../src/config/settings.ts';
import { tempDir } from '../../testing/temp-dir.ts';

const schema = settings({
  port: port({ env: 'PORT', default: 8080, description: 'Port.' }),
  mode: choice(['fast', 'safe'], { default: 'safe', description: 'How.' }),
  syncPeriod: duration({ default: '10s', minimum: 10, description: 'How often.' }),
  cacheSize: bytes({ default: '64Mi', description: 'How much.' }),
  workers: integer({ default: 2, minimum: 1, maximum: 8, description: 'How many.' }),
  dryRun: flag({ default: false, description: 'Whether.' }),
  peers: list({ default: [], description: 'Who.' }),
  target: optional(url({ description: 'Where.' })),
  password: optional(secret({ description: 'Password.' })),
});
const required = settings({ name: text({ description: 'The name.' }) });

const load = (env: Environment = {}, argv: string[] = []) => loadConfig(schema, { prefix: 'DEMO_', env, argv }).config;

function readErrors(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.errors;
    throw error;
  }
  throw new Error('expected a ConfigError, and nothing was thrown');
}

describe('where a value comes from', () => {
  test('is the default where nothing is set', () => {
    expect(load()).toEqual({
      port: 8080,
      mode: 'safe',
      syncPeriod: 10_000,
      cacheSize: 67_108_864,
      workers: 2,
      dryRun: false,
      peers: [],
    });
  });

  test('is the environment variable with the prefix of the service', () => {
    expect(load({ DEMO_SYNC_PERIOD: '1m', PORT: '1' })).toMatchObject({ syncPeriod: 60_000, port: 1 });
  });

  test('is the flag where both are set', () => {
    expect(load({ DEMO_WORKERS: '3' }, ['--workers=4']).workers).toBe(4);
  });

  test('is the content of the file that NAME_FILE names, without its last newline', () => {
    const path = join(tempDir(), 'password');
    writeFileSync(path, 'tr0ub4dor \n');
    expect(load({ DEMO_PASSWORD_FILE: path }).password).toBe('tr0ub4dor ');
  });

  test('is the default where the variable is empty', () => {
    expect(load({ DEMO_WORKERS: '' }).workers).toBe(2);
  });

  test('is true for the bare flag of an on/off setting', () => {
    expect(load({}, ['--dry-run', '--workers', '5'])).toMatchObject({ dryRun: true, workers: 5 });
  });

  test('is all the words of a list flag that is repeated', () => {
    expect(load({}, ['--peers=a,b', '--peers', 'c']).peers).toEqual(['a', 'b', 'c']);
  });
});

describe('errors', () => {
  test('are reported for an on/off setting with the name of a property of all objects', () => {
    expect(readErrors(() => load({ DEMO_DRY_RUN: 'constructor' }))).toEqual([
      expect.stringContaining('DEMO_DRY_RUN="constructor"'),
    ]);
  });

  test('are all reported together, each with its setting and what it accepts', () => {
    const env = {
      PORT: '70000',
      DEMO_MODE: 'quick',
      DEMO_SYNC_PERIOD: '10',
      DEMO_WORKERS: '9',
      DEMO_DRY_RUN: 'maybe',
      DEMO_TARGET: 'x',
    };
    expect(readErrors(() => load(env))).toEqual([
      'PORT="70000": expected a port from 0 to 65535',
      'DEMO_MODE="quick": expected one of fast, safe',
      'DEMO_SYNC_PERIOD="10": expected a duration such as 500ms, 5s or 1m30s, at least 10ms',
      'DEMO_WORKERS="9": expected a whole number from 1 to 8',
      'DEMO_DRY_RUN="maybe": expected true or false',
      'DEMO_TARGET="x": expected an absolute URL',
    ]);
  });

  test('name the nearest setting for a variable that has the prefix and is unknown', () => {
    expect(readErrors(() => load({ DEMO_SINC_PERIOD: '1s' }))).toEqual([
      'DEMO_SINC_PERIOD: no such setting; did you mean DEMO_SYNC_PERIOD?',
    ]);
  });

  test('name the nearest flag for one that is unknown', () => {
    expect(readErrors(() => load({}, ['--worker=1']))).toEqual(['--worker: no such flag; did you mean --workers?']);
  });

  test('never show a secret', () => {
    const refused = settings({ token: secret({ description: 'Token.', minLength: 20 }) });
    const errors = readErrors(() => loadConfig(refused, { prefix: 'DEMO_', env: { DEMO_TOKEN: 'hunter2' }, argv: [] }));
    expect(errors).toEqual(['DEMO_TOKEN=(hidden): expected text']);
  });

  test('say what a required setting is for', () => {
    expect(readErrors(() => loadConfig(required, { prefix: 'DEMO_', env: {}, argv: [] }))).toEqual([
      'DEMO_NAME: required; text (The name.)',
    ]);
  });

  test('refuse a variable together with its file', () => {
    const errors = readErrors(() => load({ DEMO_PASSWORD: 'a', DEMO_PASSWORD_FILE: '/b' }));
    expect(errors).toEqual(['DEMO_PASSWORD: set together with DEMO_PASSWORD_FILE; keep one']);
  });

  test('name a file that cannot be read', () => {
    expect(readErrors(() => load({ DEMO_PASSWORD_FILE: '/nowhere' }))[0]).toMatch(
      /^DEMO_PASSWORD_FILE: cannot be read: ENOENT/,
    );
  });

  test('refuse words that are not flags, unless the service takes them', () => {
    expect(readErrors(() => load({}, ['migrate']))).toEqual([
      'migrate: unexpected; settings are given as --name=value',
    ]);
    const taken = loadConfig(schema, {
      prefix: 'DEMO_',
      env: {},
      argv: ['--workers=1', 'migrate', '--all'],
      positionals: true,
    });
    expect(taken.positionals).toEqual(['migrate', '--all']);
  });

  test('take all words after -- as they are', () => {
    const source = { prefix: 'DEMO_', env: {}, argv: ['--dry-run', '--', '--workers', '-x'], positionals: true };
    expect(loadConfig(schema, source).positionals).toEqual(['--workers', '-x']);
  });

  test('name a flag without its value, and short ones', () => {
    expect(readErrors(() => load({}, ['-x', '--workers']))).toEqual([
      '-x: unexpected; settings are given as --name=value',
      '--workers: needs a value',
    ]);
  });
});

const twoWorkers = ({ workers, mode }: { workers: number; mode: string }) =>
  mode === 'safe' && workers < 2 ? ['DEMO_WORKERS: at least 2 where DEMO_MODE is safe'] : [];

const errorsFor = (env: Environment) =>
  readErrors(() => loadConfig(schema, { prefix: 'DEMO_', env, argv: [] }, [twoWorkers]));

describe('what only several settings together can show', () => {
  test('is reported together with all else', () => {
    expect(errorsFor({ PORT: 'abc', DEMO_WORKERS: '1' })).toEqual([
      'PORT="abc": expected a port from 0 to 65535',
      'DEMO_WORKERS: at least 2 where DEMO_MODE is safe',
    ]);
  });

  test('is left out where one of its settings is wrong itself', () => {
    expect(errorsFor({ DEMO_WORKERS: 'x' })).toEqual(['DEMO_WORKERS="x": expected a whole number from 1 to 8']);
  });
});

test('another grammar is read by the same rules: a flag beats a variable, and all errors come at once', () => {
  const grammar: Grammar = {
    readFlags: () => ({
      given: new Map([['workers', { name: '-w', texts: ['three'] }]]),
      positionals: [],
      errors: ['-x: unknown'],
    }),
    readVariable: ({ key }, env) => (key in env ? { name: key, texts: [env[key] ?? ''] } : undefined),
    checkVariables: () => [],
    parse: (_setting, [word]) => ({ three: 3, four: 4, risky: 'risky' })[word ?? ''],
  };
  const run = (env: Environment) => loadConfig(schema, { prefix: 'DEMO_', env, argv: [], grammar });
  expect(readErrors(() => run({ workers: 'four', mode: 'risky' }))).toEqual([
    '-x: unknown',
    'mode="risky": expected one of fast, safe',
  ]);
});
