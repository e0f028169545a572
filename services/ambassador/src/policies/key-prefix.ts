import { keyOfText } from '../store/key.ts';
import type { Key, Store } from '../store/store.ts';
import { transform } from '../store/transform.ts';

export type Identity = { appId: string; namespace: string | undefined; store: string };

/** The prefix that Dapr's `keyPrefix` means: https://docs.dapr.io/developing-applications/building-blocks/state-management/howto-share-state/ */
export function prefixOf(setting: string, { appId, namespace, store }: Identity): Key {
  if (setting === 'none' || setting === '') return '';
  if (setting === 'appid') return keyOfText(`${appId}||`);
  if (setting === 'name') return keyOfText(`${store}||`);
  if (setting === 'namespace') return keyOfText(namespace === undefined ? `${appId}||` : `${namespace}.${appId}||`);
  return keyOfText(`${setting}||`);
}

export const keyPrefix = (inner: Store, prefix: Key): Store =>
  transform(inner, {
    key: {
      prefix,
      out: (key) => prefix + key,
      back: (key) => (key.startsWith(prefix) ? key.slice(prefix.length) : key),
    },
  });
