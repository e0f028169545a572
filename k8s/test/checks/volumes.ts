import type { V1Volume } from '@kubernetes/client-node';
import type { Manifest } from '../manifests/manifest.ts';
import { find, type ManifestSet, type PodEntry } from '../manifests/manifest-set.ts';

/** A ConfigMap or Secret in a volume. `items` are its selected keys, or undefined for all keys. */
export type Reference = {
  volume: string;
  kind: 'ConfigMap' | 'Secret';
  name: string;
  items: { key: string; path: string }[] | undefined;
  /** Whether the Pod starts without it. */
  optional: boolean;
};

/** The ConfigMaps and Secrets in the volumes of a Pod, projected volumes included. */
export const listReferences = ({ spec }: PodEntry): Reference[] => (spec.volumes ?? []).flatMap(shownBy);

function shownBy(volume: V1Volume): Reference[] {
  const parts = volume.projected?.sources ?? [{ configMap: volume.configMap, secret: volume.secret }];
  return parts.flatMap(({ configMap, secret }): Reference[] => {
    const optional = (configMap ?? secret)?.optional ?? false;
    const named = (kind: Reference['kind'], name = '', items?: Reference['items']): Reference[] => [
      { volume: volume.name, kind, name, items, optional },
    ];
    if (configMap !== undefined) return named('ConfigMap', configMap.name, configMap.items);
    if (secret === undefined) return [];
    return named(
      'Secret',
      'secretName' in secret ? secret.secretName : (secret as { name?: string }).name,
      secret.items,
    );
  });
}

/** The files of such a volume, by their path in it. Undefined if the object does not exist. */
export function listFiles(set: ManifestSet, { kind, name, items }: Reference): Map<string, string> | undefined {
  const object = find(set, kind, name);
  if (object === undefined) return undefined;
  const texts = decodeData(object);
  const shown = items ?? [...texts.keys()].map((key) => ({ key, path: key }));
  return new Map(shown.flatMap(({ key, path }) => (texts.has(key) ? [[path, texts.get(key) ?? '']] : [])));
}

/** The data of a ConfigMap or Secret, decoded. */
export function decodeData({ kind, data = {} }: Manifest): Map<string, string> {
  const decode = (text: string) => (kind === 'Secret' ? Buffer.from(text, 'base64').toString() : text);
  return new Map(Object.entries(data).map(([key, text]) => [key, decode(text)]));
}
