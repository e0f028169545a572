import { describeError } from '@podkit/chassis/errors';
import { contentSecurityPolicy } from 'helmet';
import type { Config } from '../config.ts';
import { parseCsp } from '../content-security-policy.ts';
import { parseOrdinal } from '../identity.ts';

/** Find the errors that the schema cannot find. Each error begins with the setting to change. */
export function checkConfig(config: Readonly<Config>): string[] {
  return [...checkRequires(config), ...checkCsp(config), ...checkTokens(config), ...checkPods(config)];
}

const dependencies = ['ambassador', 'site', 'none'];

function checkRequires({ requires }: Readonly<Config>): string[] {
  const errors = requires
    .filter((name) => !dependencies.includes(name))
    .map((name) => `APP_REQUIRES: ${JSON.stringify(name)} is not one of ${dependencies.join(', ')}`);
  if (requires.includes('none') && requires.length > 1)
    errors.push('APP_REQUIRES: none cannot be combined with others');
  return errors;
}

function checkCsp({ siteCsp }: Readonly<Config>): string[] {
  const csp = parseCsp(siteCsp);
  if (csp === false) return [];
  try {
    contentSecurityPolicy(csp);
    return [];
  } catch (error) {
    return [`APP_SITE_CSP: ${describeError(error)}`];
  }
}

const tokens = {
  internalToken: 'APP_INTERNAL_TOKEN',
  apiToken: 'APP_API_TOKEN',
  hookToken: 'APP_HOOK_TOKEN',
  chaosToken: 'APP_CHAOS_TOKEN',
} as const;

function checkTokens(config: Readonly<Config>): string[] {
  const errors = Object.entries(tokens)
    .filter(([key]) => /\s/.test(config[key as keyof typeof tokens] ?? ''))
    .map(([, name]) => `${name}: a bearer token must not contain blanks`);
  if (config.chaos && config.chaosToken === undefined && config.settingsDir.length === 0)
    errors.push('APP_CHAOS_TOKEN: required with CHAOS=true; callers send it as a bearer token');
  return errors;
}

function checkPods({ podsSrv, podIndex, podName, internalToken }: Readonly<Config>): string[] {
  if (podsSrv === undefined) return [];
  const errors: string[] = [];
  if (podIndex === undefined && parseOrdinal(podName) === undefined)
    errors.push('APP_POD_INDEX: required with APP_PODS_SRV, unless POD_NAME ends in the ordinal');
  if (internalToken === undefined)
    errors.push('APP_INTERNAL_TOKEN: required with APP_PODS_SRV; the same text for all Pods of the service');
  return errors;
}
