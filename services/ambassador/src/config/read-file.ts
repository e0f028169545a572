import { readFileSync } from 'node:fs';
import { ConfigError } from '@podkit/chassis/config/config';
import { nearest } from '@podkit/chassis/config/nearest';
import { type Place, parseYaml } from '@podkit/chassis/config/yaml';
import { describeError } from '@podkit/chassis/errors';
import { type FileConfig, fileSchema, type StoreSpec } from './file-schema.ts';

/** The configuration without a file. */
const defaultFile = 'stores:\n  statestore:\n    driver: memory\n';

/**
 * Read the file with the stores, or the built-in one.
 *
 * @throws {ConfigError} with a line `file:line:column: place: what is wrong` for each problem
 */
export function readConfigFile(path: string | undefined): FileConfig {
  if (path === undefined) return parseConfig(defaultFile, 'built-in');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError([`AMBASSADOR_CONFIG: cannot be read: ${describeError(cause)}`]);
  }
  return parseConfig(text, path);
}

/** @throws {ConfigError} */
export function parseConfig(text: string, file: string): FileConfig {
  const { value, where } = parseYaml(fileSchema, text, file);
  const problems = [...unknownStores(value), ...circles(value), ...contradictions(value)];
  if (problems.length > 0) throw new ConfigError(problems.map(({ place, problem }) => `${where(place)}: ${problem}`));
  return value;
}

type Problem = { place: Place; problem: string };

function unknownStores({ stores, redisStore }: FileConfig): Problem[] {
  const references = Object.entries(stores).flatMap(([name, spec]) =>
    listReferences(spec).map(({ to, place }) => ({ to, place: ['stores', name, ...place] })),
  );
  if (redisStore !== undefined) references.push({ to: redisStore, place: ['redisStore'] });
  return references
    .filter(({ to }) => !Object.hasOwn(stores, to))
    .map(({ to, place }) => {
      const near = nearest(to, Object.keys(stores));
      return { place, problem: `no store is named ${to}${near === undefined ? '' : `; did you mean ${near}?`}` };
    });
}

/** A store that leads back to itself could never be built. */
function circles({ stores }: FileConfig): Problem[] {
  const reach = (from: string, seen: Set<string>): Set<string> => {
    const spec = stores[from];
    for (const { to } of spec === undefined ? [] : listReferences(spec)) if (!seen.has(to)) reach(to, seen.add(to));
    return seen;
  };
  return Object.keys(stores)
    .filter((name) => reach(name, new Set()).has(name))
    .map((name) => ({ place: ['stores', name], problem: `store ${name} leads back to itself` }));
}

function contradictions({ stores }: FileConfig): Problem[] {
  return Object.entries(stores).flatMap(([name, spec]) =>
    findContradictions(spec).map((problem) => ({ place: ['stores', name], problem: `store ${name}: ${problem}` })),
  );
}

function findContradictions(spec: StoreSpec): string[] {
  const problems: string[] = [];
  if (spec.driver === 'redis' && spec.sentinel && spec.cluster)
    problems.push('sentinel and cluster exclude each other');
  if (spec.driver === 'redis' && spec.cluster && /\/[1-9]\d*$/.test(spec.url))
    problems.push('a cluster has database 0 only');
  const tls = spec.driver === 'redis' || spec.driver === 'postgresql' ? spec.tls : undefined;
  if (tls && (tls.certFile === undefined) !== (tls.keyFile === undefined))
    problems.push('tls.certFile and tls.keyFile belong together');
  const names = spec.policies.flatMap((policy) => Object.keys(policy));
  for (const once of ['near', 'writeBehind', 'encryption', 'compression', 'keyPrefix'])
    if (names.filter((name) => name === once).length > 1) problems.push(`policy ${once} may appear only once`);
  if (
    names.includes('encryption') &&
    names.includes('compression') &&
    names.indexOf('encryption') < names.indexOf('compression')
  )
    problems.push('compression must come before encryption: encrypted values do not compress');
  return problems;
}

/** The other stores that a store needs, and where in its spec they are named. */
export function listReferences(spec: StoreSpec): { to: string; place: Place }[] {
  const rules = spec.driver === 'route' ? spec.rules : [];
  return [
    ...rules.map(({ store }, index) => ({ to: store, place: ['rules', index, 'store'] })),
    ...spec.policies.flatMap(({ mirror, failover }, index) => [
      ...(mirror === undefined ? [] : [{ to: mirror.to, place: ['policies', index, 'mirror', 'to'] }]),
      ...(failover === undefined ? [] : [{ to: failover.to, place: ['policies', index, 'failover', 'to'] }]),
    ]),
  ];
}
