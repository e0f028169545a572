import { bytesToKey, keyToBytes } from '../../store/key.ts';
import type {
  Capability,
  Entry,
  Key,
  SetOptions,
  Store,
  StoreInfo,
  WriteOperation,
  WriteOptions,
} from '../../store/store.ts';
import { asStoreError, mismatch, refuseQuery, StoreError } from '../../store/store-error.ts';
import { applyEach } from '../../store/write.ts';
import { orFailure } from './errors.ts';
import type { RedisClient } from './redis-client.ts';
import { countKeys, scanPage } from './scan.ts';
import { type Argument, runScript, type Script, scripts } from './scripts.ts';

const capabilities = new Set<Capability>(['etag', 'transactions', 'ttl']);

export type RedisStoreOptions = {
  name: string;
  client: RedisClient;
  /** Replicas that must have a strong write before it is acknowledged. */
  waitReplicas: number;
  commandTimeout: number;
  /** Why there is no connection, when there is none. */
  lastFailure: () => string;
};

/** Entries as Dapr's Redis component lays them out, and plain strings that others wrote. */
export class RedisStore implements Store {
  readonly info: StoreInfo;
  readonly #options: RedisStoreOptions;
  readonly #client: RedisClient;
  #connecting: Promise<unknown> | undefined;

  constructor(options: RedisStoreOptions) {
    this.info = { name: options.name, kind: 'redis', capabilities };
    this.#options = options;
    this.#client = options.client;
  }

  get: Store['get'] = async (key) => {
    const reply = await this.#run(scripts.get, [key], []);
    if (Array.isArray(reply)) return parseEntry(reply as [Buffer, Buffer, number]);
    if (reply === 0) return undefined;
    throw new StoreError('ERR_WRONG_TYPE', `the key holds a Redis ${bulkToText(reply)}, not a value`);
  };

  getMany: Store['getMany'] = async (keys) => {
    await this.#connected().catch(() => undefined);
    return Promise.all(keys.map((key) => this.get(key).catch(asStoreError)));
  };

  set: Store['set'] = async (key, value, options = {}) => {
    const [etag] = await this.#write([{ ...options, kind: 'set', key, value }]);
    return String(etag);
  };

  delete: Store['delete'] = async (key, options = {}) => {
    const [deleted] = await this.#write([{ ...options, kind: 'delete', key }]);
    return deleted === 1;
  };

  writeMany: Store['writeMany'] = async (operations) => {
    await this.#connected().catch(() => undefined);
    // Sent at once over one connection, in order; each is a script of its own.
    return applyEach(this, operations);
  };

  transact: Store['transact'] = async (operations) => {
    const results = await this.#write(operations);
    return operations.map(({ kind }, index) =>
      kind === 'set' ? { etag: String(results[index]) } : { deleted: results[index] === 1 },
    );
  };

  increment: Store['increment'] = async (key, by) => {
    const reply = await this.#run(scripts.increment, [key], [String(by)]);
    if (reply !== null) return BigInt(bulkToText(reply));
    throw new StoreError('ERR_NOT_INTEGER', 'the value is not an integer or out of range');
  };

  touch: Store['touch'] = async (key, expiresAt, { ifMatch = '' } = {}) => {
    checkEtag(ifMatch);
    const reply = await this.#run(scripts.touch, [key], [expiresAt === null ? '' : Math.round(expiresAt), ifMatch]);
    if (reply === -1) throw mismatch(key);
    return reply === 1;
  };

  list: Store['list'] = async (options) => {
    await this.#connected();
    const page = await orFailure(scanPage(this.#client, options));
    return { ...page, keys: page.keys.map(bytesToKey) };
  };

  query: Store['query'] = refuseQuery;

  checkKey: Store['checkKey'] = () => undefined;

  count: Store['count'] = async (prefix) => {
    if (prefix !== '') return undefined;
    await this.#connected();
    return orFailure(countKeys(this.#client));
  };

  ping: Store['ping'] = async () => {
    await this.#connected();
    await orFailure(this.#client.ping());
  };

  close: Store['close'] = async () => {
    this.#client.disconnect();
  };

  async #write(operations: readonly WriteOperation[]): Promise<unknown[]> {
    const places = new Map<Key, number>();
    for (const { key } of operations) if (!places.has(key)) places.set(key, places.size + 1);
    const plan = operations.map((operation) => [
      operation.kind,
      places.get(operation.key),
      ...conditionArguments(operation),
      operation.kind === 'set' ? ttlArgument(operation) : '',
    ]);
    const values = operations.map((operation) => (operation.kind === 'set' ? operation.value : ''));
    const reply = (await this.#run(scripts.write, [...places.keys()], [JSON.stringify(plan), ...values])) as unknown[];
    if (reply[0] === -1) throw mismatch(operations[Number(reply[1]) - 1]?.key ?? '');
    await this.#replicated(operations.find(({ consistency }) => consistency === 'strong') ?? {});
    return reply;
  }

  async #run(script: Script, keys: readonly Key[], values: readonly Argument[]): Promise<unknown> {
    if (this.#client.status !== 'ready') await this.#connected();
    return runScript(this.#client, script, keys.map(keyToBytes), values);
  }

  /**
   * The first caller opens the connection; afterwards the client reconnects by itself, and no caller waits for that.
   */
  async #connected(): Promise<void> {
    if (this.#client.status === 'wait') this.#connecting = this.#client.connect().catch(() => undefined);
    await this.#connecting;
    if (this.#client.status === 'ready') return;
    throw new StoreError('ERR_UNAVAILABLE', `Redis cannot be reached: ${this.#options.lastFailure()}`);
  }

  /** With `strong`, wait until as many replicas have the write as the configuration says. */
  async #replicated({ consistency }: WriteOptions): Promise<void> {
    const { waitReplicas, commandTimeout } = this.#options;
    if (consistency !== 'strong' || waitReplicas === 0) return;
    const replicaTimeout = Math.max(1, Math.round(commandTimeout / 2));
    const have = await orFailure(this.#client.call('WAIT', waitReplicas, replicaTimeout));
    if (Number(have) >= waitReplicas) return;
    const text = `only ${String(have)} of ${waitReplicas} replicas have the write`;
    throw new StoreError('ERR_TIMEOUT', text, { outcome: 'unknown' });
  }
}

function conditionArguments({ ifMatch = '', ifAbsent, ifPresent, daprRules }: WriteOptions): string[] {
  checkEtag(ifMatch);
  return [ifMatch, ifAbsent === true ? '1' : '0', ifPresent === true ? '1' : '0', daprRules === true ? '1' : '0'];
}

/** A bulk string of a script. */
const bulkToText = (reply: unknown): string => (Buffer.isBuffer(reply) ? reply.toString() : JSON.stringify(reply));

function checkEtag(etag: string): void {
  if (!/^(\d{0,19}|s[0-9a-f]{40})$/.test(etag))
    throw new StoreError('ERR_ETAG_INVALID', `${JSON.stringify(etag)} is not an etag of a Redis store`);
}

const ttlArgument = ({ ttl, daprRules }: SetOptions): string =>
  ttl === undefined ? (daprRules === true ? 'keep' : '') : typeof ttl === 'number' ? String(Math.ceil(ttl)) : ttl;

function parseEntry([value, etag, ttl]: [Buffer, Buffer, number]): Entry {
  return { value, etag: String(etag), expiresAt: ttl >= 0 ? Date.now() + ttl : undefined };
}
