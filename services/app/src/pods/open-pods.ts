import { accessSync, constants, existsSync } from 'node:fs';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import { HttpClient } from '@podkit/chassis/http/client';
import type { Context } from '@podkit/chassis/process/service';
import type { Config } from '../config.ts';
import type { Identity } from '../identity.ts';
import type { Life } from './lives.ts';
import { Members } from './members.ts';
import { PodClient } from './pod-client.ts';
import { PodStore } from './pod-store.ts';
import { Pods } from './pods.ts';
import { dnsResolver } from './srv-resolver.ts';

/** The part of the process that reports its end. */
export type EndingProcess = Pick<NodeJS.Process, 'once'>;

/** Milliseconds between two records that this process is alive. */
const lifeInterval = 10_000;
/** Milliseconds between two lookups of the members. */
const membersInterval = 10_000;

/** Maximum size of another Pod's facts, in bytes. */
const maxFactsBytes = 64 * 1024;

/**
 * Open this Pod's data and find the other Pods.
 *
 * @throws {PodkitError} ERR_DATA if the volume cannot be used, ERR_DATA_DAMAGED if its database is damaged
 */
export async function openPods(context: Context<Config>, identity: Identity, process: EndingProcess): Promise<Pods> {
  const { config, log, lifecycle } = context;
  const store = await openStore(context, identity, process);
  const resolver = dnsResolver({ server: config.podsDns });
  const self = identity.ordinal ?? 0;
  const onError = (err: unknown) => log.warn({ err, service: config.podsSrv }, 'cannot look up the other Pods');
  const members = new Members({ self, service: config.podsSrv, resolver, store, onError });
  const pods = new Pods({
    self: {
      ordinal: self,
      name: identity.pod ?? identity.hostname,
      claim: config.claim,
      adminPort: config.adminPort,
      startedAt: Date.parse(identity.startedAt),
    },
    members,
    client: openClient(context, self, resolver),
    store,
    readiness: () => ({ ready: lifecycle.state === 'ready' || lifecycle.state === 'draining', state: lifecycle.state }),
  });
  repeat(context, 'members', membersInterval, () => members.refresh());
  return pods;
}

function openClient(
  { config, lifecycle }: Context<Config>,
  self: number,
  resolver: ReturnType<typeof dnsResolver>,
): PodClient | undefined {
  if (config.podsSrv === undefined || config.internalToken === undefined) return undefined;
  // The largest response is a value; all others are facts.
  const client = new HttpClient({ lookup: resolver.lookup, limit: config.valueLimit + maxFactsBytes });
  lifecycle.atClose('connections to other Pods', () => client.close());
  return new PodClient({ client, self, token: config.internalToken, timeout: config.podsTimeout });
}

async function openStore(
  context: Context<Config>,
  identity: Identity,
  process: EndingProcess,
): Promise<PodStore | undefined> {
  const { config, log } = context;
  const isThere = existsSync(config.data);
  if (!isThere && config.podsSrv !== undefined)
    throw new PodkitError('ERR_DATA', `APP_DATA=${config.data}: no such folder; is the volume mounted?`);
  if (!isThere) {
    log.debug({ folder: config.data }, 'data is not kept, since its folder is missing');
    return undefined;
  }
  const store = createStore(config);
  const { pod, uid, node, startedAt } = identity;
  store.lives.begin({ pod, uid, node, startedAt: Date.parse(startedAt) });
  repeat(context, 'life', lifeInterval, () => store.lives.see());
  // At the exit, since the exit code is not known before.
  process.once('exit', (exitCode: number) => closeStore(context, store, exitCode));
  return store;
}

function createStore({ data: folder, dataLimit: limit }: Readonly<Config>): PodStore {
  try {
    accessSync(folder, constants.W_OK);
    return new PodStore({ folder, limit });
  } catch (error) {
    if (error instanceof PodkitError && error.code !== 'ERR_DATA') throw error;
    throw new PodkitError('ERR_DATA', `APP_DATA=${folder}: data can't be kept there`, { cause: error });
  }
}

function closeStore({ log, lifecycle }: Context<Config>, store: PodStore, exitCode: number): void {
  const drain = lifecycle.events.find(({ state }) => state === 'draining')?.reason;
  const end: Pick<Life, 'exitCode' | 'signal' | 'reason'> = { exitCode, reason: drain ?? 'ended by itself' };
  try {
    store.close(drain?.startsWith('SIG') === true ? { ...end, signal: drain } : end);
  } catch (error) {
    log.warn({ why: describeError(error) }, 'cannot record on the volume how this process ended');
  }
}

function repeat({ log, lifecycle }: Context<Config>, name: string, interval: number, work: () => unknown): void {
  const timer = setInterval(() => {
    try {
      work();
    } catch (err) {
      log.warn({ err, name }, 'periodic work failed');
    }
  }, interval);
  timer.unref();
  lifecycle.atClose(name, () => clearInterval(timer));
}
