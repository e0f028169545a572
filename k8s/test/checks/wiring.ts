import { ConfigError } from '@podkit/chassis/config/config';
import { parseConfig } from '../../../services/ambassador/src/config/read-file.ts';
import { parseAdapterConfig } from '../../../services/metrics-adapter/src/config/load.ts';
import type { ContainerEntry, ManifestSet } from '../manifests/manifest-set.ts';
import { find } from '../manifests/manifest-set.ts';
import { type Check, everyContainer, everyPod } from './check.ts';
import { loadContainerConfig } from './container-config.ts';
import { downwardErrors } from './downward-fields.ts';
import { decodeData, listFiles, listReferences } from './volumes.ts';

/** The files that a container gets from ConfigMaps and Secrets (path to text), and their mounts. */
function mountedFiles({ container, pod }: ContainerEntry, set: ManifestSet) {
  const files = new Map<string, string>();
  const mounts: string[] = [];
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const reference = listReferences(pod).find(({ volume }) => volume === name);
    if (reference === undefined) continue;
    mounts.push(mountPath);
    for (const [path, text] of listFiles(set, reference) ?? [])
      if (subPath === undefined) files.set(`${mountPath}/${path}`, text);
      else if (subPath === path) files.set(mountPath, text);
  }
  return { files, mounts };
}

/** The paths in arguments and variables that are below one of the mounts. */
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

/** The parser of each configuration file, by the variable that names the file. */
const parsers: Record<string, (text: string, file: string) => unknown> = {
  AMBASSADOR_CONFIG: parseConfig,
  ADAPTER_CONFIG: parseAdapterConfig,
};

/** Checks that everything named exists, and that the services accept it. */
export const wiring: Check[] = [
  everyContainer(
    'known-settings',
    'Our services get only settings that they know, with values that they accept.',
    ({ container }) => loadContainerConfig(container).errors,
  ),
  everyContainer(
    'known-variables',
    'Every variable that another variable or an argument uses is set before it.',
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
  everyPod('objects-exist', 'Every ConfigMap and Secret of a volume exists, and has the selected keys.', (pod, set) =>
    listReferences(pod).flatMap(({ kind, name, optional, items = [] }) => {
      const object = find(set, kind, name);
      if (object === undefined) return optional ? [] : [`${kind}/${name}`];
      return items.filter(({ key }) => !decodeData(object).has(key)).map(({ key }) => `${kind}/${name} ${key}`);
    }),
  ),
  everyContainer('variables-exist', 'Every ConfigMap and key that a variable uses exists.', ({ container }, set) => [
    ...(container.env ?? []).flatMap(({ name, valueFrom }) => {
      const { configMapKeyRef: from } = valueFrom ?? {};
      return from === undefined || find(set, 'ConfigMap', from.name)?.data?.[from.key] !== undefined ? [] : [name];
    }),
    ...(container.envFrom ?? []).flatMap(({ configMapRef }) =>
      configMapRef === undefined || find(set, 'ConfigMap', configMapRef.name) !== undefined
        ? []
        : [String(configMapRef.name)],
    ),
  ]),
  everyContainer('files-exist', 'Every path below a mounted ConfigMap or Secret is a file in it.', (entry, set) => {
    const { files, mounts } = mountedFiles(entry, set);
    return namedPaths(entry, mounts).filter((path) => !files.has(path));
  }),
  everyContainer('config-files', 'Our services accept their configuration files.', (entry, set) => {
    const { files } = mountedFiles(entry, set);
    return (entry.container.env ?? []).flatMap(({ name, value = '' }) => {
      const text = files.get(value);
      const parse = parsers[name];
      return text === undefined || parse === undefined ? [] : errorsIn(() => parse(text, value));
    });
  }),
  everyPod(
    'downward-fields',
    'The Downward API supports every field in the way that the Pod requests it.',
    downwardErrors,
  ),
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
