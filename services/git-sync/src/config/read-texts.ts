import type { Environment } from '@podkit/chassis/config/config';
import { nearest } from '@podkit/chassis/config/nearest';
import { isServiceLinkName } from '@podkit/chassis/config/service-link';
import type { Setting } from '@podkit/chassis/config/setting';
import { acceptedBy } from '@podkit/chassis/config/setting-text';
import { messageOf } from '@podkit/chassis/errors';
import { allSettings } from './all-settings.ts';
import { decodeCredentials } from './credential-list.ts';
import { parseGoValue } from './go-values.ts';
import { legacyFlags, legacyVariables } from './legacy.ts';
import type { Flag, Found } from './pflag.ts';
import { prefix } from './schema.ts';

/** The setting that a flag sets, the hidden names of the secret variables included. */
function settingOf(flag: string): Setting | undefined {
  const env = flag.startsWith('--__env__') ? flag.slice('--__env__'.length) : undefined;
  return allSettings.find((setting) => setting.flag === flag || setting.env === env);
}

/** The texts given for settings, by key; those of old flags, by flag; and what was wrong with any. */
export type Read = { values: Map<string, string[]>; legacy: Map<string, string>; faults: string[] };

/** Check and collect what stood on the command line. */
export function readFound(found: readonly Found[], warnings: string[]): Read {
  const read: Read = { values: new Map(), legacy: new Map(), faults: [] };
  for (const { flag, text, written } of found) {
    const old = legacyFlags.find((candidate) => candidate.flag === flag.name);
    const setting = settingOf(flag.name);
    const fault = faultOf(flag.kind, text, setting);
    if (fault !== undefined) read.faults.push(`invalid argument ${fault} for "${written}" flag`);
    else if (old !== undefined) {
      warnings.push(`Flag ${written} has been deprecated, ${old.instead}`);
      read.legacy.set(old.flag, text);
    } else if (setting !== undefined) add(read.values, setting, splitFlag(setting, text));
  }
  return read;
}

/** Check and collect what stands in the environment; an old name beats the new one. */
export function readEnvironment(env: Environment, warnings: string[]): Read {
  const read: Read = { values: new Map(), legacy: new Map(), faults: [] };
  for (const setting of allSettings) {
    const old = legacyVariables[setting.env]?.find((name) => (env[name] ?? '') !== '');
    const name = old ?? setting.env;
    const text = env[name] ?? '';
    if (text === '' || setting.key === 'gitConfigAdd') continue;
    if (old !== undefined) warnings.push(`env ${old} has been deprecated, use ${setting.env} instead`);
    const fault = faultOf(setting.annotation.kind, text, setting);
    if (fault === undefined) add(read.values, setting, splitVariable(setting, text));
    else read.faults.push(`invalid value ${fault} for ${name}`);
  }
  for (const { flag, env: name = '', kind, instead } of legacyFlags) {
    const text = env[name] ?? '';
    if (text === '') continue;
    warnings.push(`env ${name} has been deprecated, ${instead}`);
    const fault = faultOf(kind, text, undefined);
    if (fault === undefined) read.legacy.set(flag, text);
    else read.faults.push(`invalid value ${fault} for ${name}`);
  }
  warnings.push(...unknownVariables(env));
  return read;
}

/** Upstream is silent about a misspelled variable; a Pod may carry ones of other versions, so it is no error. */
function unknownVariables(env: Environment): string[] {
  const known = allSettings.map((setting) => setting.env);
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(prefix) && !known.includes(name) && !isServiceLinkName(name),
  );
  return unknown.sort().map((name) => {
    const near = nearest(name, known);
    return `env ${name} is not a setting of git-sync${near === undefined ? '' : `; did you mean ${near}?`}`;
  });
}

function faultOf(kind: Flag['kind'], text: string, setting: Setting | undefined): string | undefined {
  try {
    parseGoValue(kind, text);
    if (setting?.key === 'credential') decodeCredentials(text);
    return undefined;
  } catch (error) {
    const hidden = setting?.annotation.secret === true || setting?.key === 'credential';
    const shown = hidden ? '(hidden)' : JSON.stringify(text);
    return `${shown} (${messageOf(error)}; expected ${acceptedBy(kind, {})})`;
  }
}

function splitFlag({ key }: Setting, text: string): string[] {
  return key === 'allowProtocol' ? text.split(',') : [text];
}

/** Arguments of hooks may hold anything but a line break. */
function splitVariable({ key, annotation }: Setting, text: string): string[] {
  if (annotation.kind !== 'list' || key === 'credential') return [text];
  if (key === 'sshKeyFile') return text.split(':');
  return text.split(key === 'allowProtocol' ? ',' : '\n').filter((word) => word !== '');
}

function add(values: Map<string, string[]>, { key, annotation }: Setting, texts: string[]): void {
  const before = annotation.kind === 'list' ? (values.get(key) ?? []) : [];
  values.set(key, [...before, ...texts]);
}
