import { ConfigError } from '@podkit/chassis/config/config';
import { parseConfig } from '../../../services/ambassador/src/config/read-file.ts';
import { parseAdapterConfig } from '../../../services/metrics-adapter/src/config/load.ts';
import type { ContainerEntry, ManifestSet } from '../manifests/manifest-set.ts';
import { find } from '../manifests/manifest-set.ts';
import { type Check, everyContainer, everyPod } from './check.ts';
import { configOf } from './container-config.ts';
import { downwardErrors } from './downward-fields.ts';
import { filesOf, referencesOf, textsOf } from './volumes.ts';

/** Files that a container finds below the mounts of ConfigMaps and Secrets: path to text, and the mounts. */
function mountedFiles({ container, pod }: ContainerEntry, set: ManifestSet) {
  const files = new Map<string, string>();
  const mounts: string[] = [];
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const reference = referencesOf(pod).find(({ volume }) => volume === name);
    if (reference === undefined) continue;
    mounts.push(mountPath);
    for (const [path, text] of filesOf(set, reference) ?? [])
      if (subPath === undefined) files.set(`${mountPath}/${path}`, text);
      else if (subPath === path) files.set(mountPath, text);
  }
  return { files, mounts };
}

/** Paths in arguments and variables that lead below one of the mounts. */
function namedPaths({ container }: ContainerEntry, mounts: readonly string[]): string[] {
  const words = [
    ...(container.env ?? []).flatMap(({ value = '' }) => value.split(',')),
    ...(container.command ?? []),
    ...(container.args ?? []),
  ];
  return words
    .map((word) => word.replace(/^--[a-z-]+=/, ''))
    .filter((word) => mounts.some((mount) => word.startsWith(`${mount}/`)));
}

/** How a service of ours reads the file that a variable names. */
const parsers: Record<string, (text: string, file: string) => unknown> = {
  AMBASSADOR_CONFIG: parseConfig,
  ADAPTER_CONFIG: parseAdapterConfig,
};

/** That what is named is there, and is what the program at the other end takes. */
export const wiring: Check[] = [
  everyContainer(
    'known-settings',
    'A service of ours gets only settings that it knows, with values it accepts.',
    ({ container }) => configOf(container).errors,
  ),
  everyContainer(
    'known-variables',
    'A variable that another or an argument uses is set, and before it.',
    ({ container }) => {
      const set = new Set<string>();
      const unknown = (text = '') =>
        [...text.matchAll(/\$\((\w+)\)/g)].flatMap(([, name = '']) => (set.has(name) ? [] : name));
      const inside = (container.env ?? []).flatMap(({ name, value }) => {
        const found = unknown(value);
        set.add(name);
        return found;
      });
      return [...inside, ...(container.args ?? []).flatMap((text) => unknown(text))];
    },
  ),
  everyPod(
    'objects-exist',
    'Every ConfigMap and Secret that a volume shows is there, with the keys it picks.',
    (pod, set) =>
      referencesOf(pod).flatMap(({ kind, name, optional, items = [] }) => {
        const object = find(set, kind, name);
        if (object === undefined) return optional ? [] : [`${kind}/${name}`];
        return items.filter(({ key }) => !textsOf(object).has(key)).map(({ key }) => `${kind}/${name} ${key}`);
      }),
  ),
  everyContainer(
    'variables-exist',
    'Every ConfigMap and key that a variable is read from is there.',
    ({ container }, set) => [
      ...(container.env ?? []).flatMap(({ name, valueFrom }) => {
        const { configMapKeyRef: from } = valueFrom ?? {};
        return from === undefined || find(set, 'ConfigMap', from.name)?.data?.[from.key] !== undefined ? [] : [name];
      }),
      ...(container.envFrom ?? []).flatMap(({ configMapRef }) =>
        configMapRef === undefined || find(set, 'ConfigMap', configMapRef.name) !== undefined
          ? []
          : [String(configMapRef.name)],
      ),
    ],
  ),
  everyContainer('files-exist', 'A path below a mounted ConfigMap or Secret is that of a file in it.', (entry, set) => {
    const { files, mounts } = mountedFiles(entry, set);
    return namedPaths(entry, mounts).filter((path) => !files.has(path));
  }),
  everyContainer(
    'config-files',
    'The configuration file of a service of ours is one that it accepts.',
    (entry, set) => {
      const { files } = mountedFiles(entry, set);
      return (entry.container.env ?? []).flatMap(({ name, value = '' }) => {
        const text = files.get(value);
        const parse = parsers[name];
        return text === undefined || parse === undefined ? [] : errorsIn(() => parse(text, value));
      });
    },
  ),
  everyPod('downward-fields', 'Every fact of the Downward API can be had by the way it is asked for.', downwardErrors),
];

function errorsIn(parse: () => unknown): readonly string[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.errors;
    throw error;
  }
}
