import type { Spec } from '../../config/file-schema.ts';
import { millisecondsOf } from '../../config/quantities.ts';
import { onClose } from '../../engine/on-close.ts';
import type { Store } from '../../engine/store.ts';
import { loginOf, tlsOf } from '../secret-files.ts';
import { startCleanup } from './cleanup.ts';
import { PostgresPool } from './pool.ts';
import { PostgresStore } from './postgres-store.ts';
import { replicaReads } from './replica-reads.ts';

/** PostgreSQL with its pool, its replicas and its cleanup. */
export function openPostgres(name: string, spec: Spec<'postgresql'>): Store {
  const primary = openServer(name, spec, spec.url, spec.migrate);
  const stopCleanup = startCleanup(primary, millisecondsOf(spec.cleanupInterval));
  const replicas = spec.replicas.map((url) => openServer(name, spec, url, false));
  const store = replicas.length === 0 ? primary : replicaReads(primary, replicas, millisecondsOf(spec.replicaLag));
  return onClose(store, stopCleanup);
}

/** The primary of a spec alone, to make its tables. */
export const openPrimary = (name: string, spec: Spec<'postgresql'>): PostgresStore =>
  openServer(name, spec, spec.url, true);

function openServer(name: string, spec: Spec<'postgresql'>, url: string, autoMigrate: boolean): PostgresStore {
  const pool = new PostgresPool({
    source: () => {
      const { username, password } = loginOf(spec);
      return { connectionString: url, user: username, password, ssl: tlsOf(spec) ?? tlsOfUrl(url) };
    },
    max: spec.poolMax,
    connectTimeout: millisecondsOf(spec.connectTimeout),
    commandTimeout: millisecondsOf(spec.commandTimeout),
  });
  const { tablePrefix, metadataTable } = spec;
  return new PostgresStore({ name, pool, tables: { tablePrefix, metadataTable }, autoMigrate });
}

/** `sslmode` of a URL: everything that insists on TLS has the certificate checked, too. */
function tlsOfUrl(url: string): { rejectUnauthorized: true } | undefined {
  const mode = new URL(url).searchParams.get('sslmode') ?? 'disable';
  return ['require', 'verify-ca', 'verify-full'].includes(mode) ? { rejectUnauthorized: true } : undefined;
}
