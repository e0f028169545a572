import type { Built } from '../../store/built.ts';
import type { Changes } from '../../store/changes.ts';
import { onClose } from '../../store/intercept.ts';
import { readLogin, readTls } from '../secret-files.ts';
import { ChangeListener } from './change-listener.ts';
import { changeChannel } from './migrate.ts';
import { PostgresPool } from './pool.ts';
import { PostgresStore } from './postgres-store.ts';
import { replicaReads } from './replica-reads.ts';
import type { PostgresSpec } from './schema.ts';
import { parsePostgresUrl } from './url.ts';

/** Open a PostgreSQL store, with its replicas, its cleanup and, with `notify`, its notifications. */
export function openPostgres(name: string, spec: PostgresSpec): Built {
  const { pool, store: primary } = openServer(name, spec, spec.url, { autoMigrate: spec.migrate, replica: false });
  const stopCleanup = startCleanup(primary, spec.cleanupInterval);
  const replicas = spec.replicas.map((url) => openServer(name, spec, url, { autoMigrate: false, replica: true }).store);
  const store = replicas.length === 0 ? primary : replicaReads(primary, replicas, spec.replicaLag);
  const changes: Changes = {
    keyPrefix: '',
    track: (events) =>
      new ChangeListener({ pool, channel: changeChannel(spec), ready: () => primary.prepare() }, events),
  };
  return { store: onClose(store, stopCleanup), raw: undefined, ...(spec.notify ? { changes } : {}) };
}

/** The primary of a spec alone, to make its tables. */
export const openPrimary = (name: string, spec: PostgresSpec): PostgresStore =>
  openServer(name, spec, spec.url, { autoMigrate: true, replica: false }).store;

type ServerOptions = { autoMigrate: boolean; replica: boolean };

function openServer(name: string, spec: PostgresSpec, url: string, options: ServerOptions) {
  const { addresses, database, user, password, sslmode, allowReadOnly } = parsePostgresUrl(url);
  const pool = new PostgresPool({
    addresses,
    allowReadOnly: allowReadOnly || options.replica,
    source: (address) => () => {
      const login = readLogin(spec);
      return {
        ...address,
        database,
        user: login.username ?? user,
        password: login.password ?? password,
        ssl: readTls(spec) ?? tlsForMode(sslmode),
      };
    },
    max: spec.poolMax,
    connectTimeout: spec.connectTimeout,
    commandTimeout: spec.commandTimeout,
  });
  return { pool, store: new PostgresStore({ name, pool, tables: spec, autoMigrate: options.autoMigrate }) };
}

/** `sslmode` of a URL: each mode that requires TLS also has the certificate checked. */
const tlsForMode = (mode: string): { rejectUnauthorized: true } | undefined =>
  ['require', 'verify-ca', 'verify-full'].includes(mode) ? { rejectUnauthorized: true } : undefined;

/** Delete expired rows, which reads ignore, every `interval` milliseconds (0: never). Returns a function that stops it. */
function startCleanup(store: PostgresStore, interval: number): () => void {
  if (interval === 0) return () => undefined;
  // After a failure the next interval tries again.
  const timer = setInterval(() => void store.deleteExpired().catch(() => undefined), interval);
  timer.unref();
  return () => clearInterval(timer);
}
