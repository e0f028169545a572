import type { Spec } from '../../config/file-schema.ts';
import { millisecondsOf } from '../../config/quantities.ts';
import { onClose } from '../../engine/on-close.ts';
import type { Store } from '../../engine/store.ts';
import { loginOf, tlsOf } from '../secret-files.ts';
import { startCleanup } from './cleanup.ts';
import { PostgresPool } from './pool.ts';
import { PostgresStore } from './postgres-store.ts';
import { replicaReads } from './replica-reads.ts';
import { parsePostgresUrl } from './url.ts';

/** PostgreSQL with its pool, its replicas and its cleanup. */
export function openPostgres(name: string, spec: Spec<'postgresql'>): Store {
  const primary = openServer(name, spec, spec.url, { autoMigrate: spec.migrate, replica: false });
  const stopCleanup = startCleanup(primary, millisecondsOf(spec.cleanupInterval));
  const replicas = spec.replicas.map((url) => openServer(name, spec, url, { autoMigrate: false, replica: true }));
  const store = replicas.length === 0 ? primary : replicaReads(primary, replicas, millisecondsOf(spec.replicaLag));
  return onClose(store, stopCleanup);
}

/** The primary of a spec alone, to make its tables. */
export const openPrimary = (name: string, spec: Spec<'postgresql'>): PostgresStore =>
  openServer(name, spec, spec.url, { autoMigrate: true, replica: false });

type ServerOptions = { autoMigrate: boolean; replica: boolean };

function openServer(name: string, spec: Spec<'postgresql'>, url: string, options: ServerOptions): PostgresStore {
  const { addresses, database, user, password, sslmode, readOnlyWillDo } = parsePostgresUrl(url);
  const pool = new PostgresPool({
    addresses,
    readOnlyWillDo: readOnlyWillDo || options.replica,
    source: (address) => () => {
      const login = loginOf(spec);
      return {
        ...address,
        database,
        user: login.username ?? user,
        password: login.password ?? password,
        ssl: tlsOf(spec) ?? tlsOfMode(sslmode),
      };
    },
    max: spec.poolMax,
    connectTimeout: millisecondsOf(spec.connectTimeout),
    commandTimeout: millisecondsOf(spec.commandTimeout),
  });
  const { tablePrefix, metadataTable } = spec;
  return new PostgresStore({ name, pool, tables: { tablePrefix, metadataTable }, autoMigrate: options.autoMigrate });
}

/** `sslmode` of a URL: everything that insists on TLS has the certificate checked, too. */
const tlsOfMode = (mode: string): { rejectUnauthorized: true } | undefined =>
  ['require', 'verify-ca', 'verify-full'].includes(mode) ? { rejectUnauthorized: true } : undefined;
