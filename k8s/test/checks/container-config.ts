import type { V1Container } from '@kubernetes/client-node';
import { ConfigError, loadConfig } from '@podkit/chassis/config/config';
import { listSettings, type Setting } from '@podkit/chassis/config/setting';
import { describeError } from '@podkit/chassis/errors';
import type { TObject } from 'typebox';
import { schema as ambassador } from '../../../services/ambassador/src/config.ts';
import { configSchema as app } from '../../../services/app/src/config.ts';
import { configSchema as downwardReader } from '../../../services/downward-reader/src/config.ts';
import { loadOptions } from '../../../services/git-sync/src/config/load.ts';
import { settingsSchema as metricsAdapter } from '../../../services/metrics-adapter/src/config/settings.ts';

type Environment = Record<string, string>;

const schemas: Record<string, { schema: TObject; prefix: string }> = {
  ambassador: { schema: ambassador, prefix: 'AMBASSADOR_' },
  app: { schema: app, prefix: 'APP_' },
  'downward-reader': { schema: downwardReader, prefix: 'DOWNWARD_' },
  'metrics-adapter': { schema: metricsAdapter, prefix: 'ADAPTER_' },
};

/** Variables that any container may have besides its settings. */
const platform = [
  'NODE_OPTIONS',
  'UV_THREADPOOL_SIZE',
  'CPU_LIMIT',
  'CPU_LIMIT_M',
  'MEMORY_LIMIT',
  'MEMORY_LIMIT_MI',
  'POD_IP',
  'SITE_REPO',
  'SITE_REF',
];

/** The service of ours that a container runs, or undefined for another image. */
export const findService = ({ image = '' }: V1Container): string | undefined =>
  /^podkit\.local\/([a-z-]+)(?=[:@]|$)/.exec(image)?.[1];

/** The times that must fit into a Pod's grace period, in milliseconds. */
export type Budget = { drainDelay: number; shutdownTimeout: number; gracePeriod?: number };

/** Load a container's settings as its service does. Returns the errors, and the times that the service needs. */
export function loadContainerConfig(container: V1Container): { errors: string[]; budget?: Budget } {
  const service = findService(container);
  if (container.command !== undefined) return { errors: [] };
  const env = readEnvironment(container);
  if (service === 'git-sync') return gitSyncConfig(env, container.args ?? []);
  const of = schemas[service ?? ''];
  if (of === undefined) return { errors: [] };
  const settings = listSettings(of.schema, of.prefix);
  const errors = unknownSettings(env, settings);
  try {
    // The files don't exist here; `unknownSettings` checks that their settings exist.
    const values = Object.entries(env).filter(([name]) => !name.endsWith('_FILE') || isSetting(name, settings));
    const { config } = loadConfig(of.schema, { prefix: of.prefix, env: Object.fromEntries(values), argv: [] });
    return { errors, budget: config as unknown as Budget };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { errors: [...errors, ...error.errors] };
  }
}

const isSetting = (name: string, settings: readonly Setting[]) => settings.some(({ env }) => env === name);

function unknownSettings(env: Environment, settings: readonly Setting[]): string[] {
  return Object.keys(env)
    .filter((name) => !isSetting(name, settings) && !isSetting(name.replace(/_FILE$/, ''), settings))
    .filter((name) => !platform.includes(name))
    .map((name) => `${name}: not a setting of the service`);
}

function gitSyncConfig(env: Environment, args: readonly string[]): { errors: string[]; budget?: Budget } {
  try {
    const { options, warnings } = loadOptions(
      env,
      args.map((arg) => expanded(arg, env)),
    );
    const { drainDelay, shutdownTimeout } = options;
    return { errors: warnings, budget: { drainDelay: options.oneTime ? 0 : drainDelay, shutdownTimeout } };
  } catch (error) {
    return { errors: [describeError(error)] };
  }
}

/** The environment of a container. A value that only a running Pod knows is 1, which is valid as a name and as an amount. */
function readEnvironment({ env = [] }: V1Container): Environment {
  const result: Environment = {};
  for (const { name, value } of env) result[name] = value === undefined ? '1' : expanded(value, result);
  return result;
}

const expanded = (text: string, env: Environment) =>
  text.replaceAll(/\$\((\w+)\)/g, (_, name: string) => env[name] ?? '');
