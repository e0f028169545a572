import { Type } from 'typebox';
import { textToKey } from '../store/key.ts';
import type { Key, Store } from '../store/store.ts';
import { transform } from '../store/transform.ts';
import { definePolicy } from './policy.ts';

export type Identity = { appId: string; namespace: string | undefined; store: string };

/** The prefix that Dapr's `keyPrefix` means: https://docs.dapr.io/developing-applications/building-blocks/state-management/howto-share-state/ */
function resolvePrefix(setting: string, { appId, namespace, store }: Identity): Key {
  if (setting === 'none' || setting === '') return '';
  if (setting === 'appid') return textToKey(`${appId}||`);
  if (setting === 'name') return textToKey(`${store}||`);
  if (setting === 'namespace') return textToKey(namespace === undefined ? `${appId}||` : `${namespace}.${appId}||`);
  return textToKey(`${setting}||`);
}

const keyPrefix = (inner: Store, prefix: Key): Store =>
  transform(inner, {
    key: {
      prefix,
      out: (key) => prefix + key,
      back: (key) => (key.startsWith(prefix) ? key.slice(prefix.length) : key),
    },
  });

export const keyPrefixPolicy = definePolicy({
  schema: Type.String({
    description: 'Prefix of every key: appid, name, namespace (as Dapr understands them), or another text.',
  }),
  build: (setting, { name, inner, context }) => {
    const prefix = resolvePrefix(setting, { appId: context.appId, namespace: context.namespace, store: name });
    if (prefix === '') return inner;
    // A near cache inside has the keys with the prefix. The Redis endpoint asks for keys without it and must not use that cache.
    const raw = inner.raw?.near === undefined ? inner.raw : undefined;
    const { changes } = inner;
    return {
      store: keyPrefix(inner.store, prefix),
      raw: raw && { ...raw, keyPrefix: prefix + raw.keyPrefix },
      changes: changes && { ...changes, keyPrefix: prefix + changes.keyPrefix },
    };
  },
});
