import { PodkitError } from '@podkit/chassis/errors';
import { HttpClient } from '@podkit/chassis/http/client';
import type { Context } from '@podkit/chassis/process/service';
import type { Config } from './config.ts';
import type { DependencyCheck } from './health/dependency.ts';
import { DaprStore } from './notes/dapr-store.ts';
import type { NoteStore } from './notes/note-store.ts';
import { Notes } from './notes/notes.ts';
import { type EndingProcess, openPods } from './pods/open-pods.ts';
import type { Pods } from './pods/pods.ts';
import type { ProcessState } from './process-state.ts';
import { SiteWatch } from './site/site-watch.ts';

/** The sources of what the public port serves, and the client for the other containers. */
export type Stores = {
  client: HttpClient;
  notes: Notes;
  siteWatch: SiteWatch;
  pods: Pods;
  /** The check of each dependency, for readiness. */
  checks: Record<string, DependencyCheck>;
};

export async function openStores(
  context: Context<Config>,
  state: ProcessState,
  process: EndingProcess,
): Promise<Stores> {
  const { config, lifecycle } = context;
  const client = new HttpClient();
  lifecycle.atClose('connections to the sidecars', () => client.close());
  const store = await openNotes(config, client, state);
  lifecycle.atClose('connections to the ambassador', () => store.close());
  const siteWatch = new SiteWatch(config.site);
  lifecycle.atClose('site watch', () => siteWatch.stop());
  siteWatch.onChange(({ commit }) => state.timeline.record('site', `published ${commit ?? config.site}`));
  const synced = async () => {
    if (siteWatch.check() === undefined) throw new PodkitError('ERR_NOT_SYNCED', `nothing at ${config.site} yet`);
  };
  const pods = await openPods(context, state.identity, process);
  return {
    pods,
    client,
    notes: new Notes(store),
    siteWatch,
    checks: { ambassador: (signal) => store.ping(signal), site: synced },
  };
}

async function openNotes(config: Readonly<Config>, client: HttpClient, { settings }: ProcessState): Promise<NoteStore> {
  if (config.notesProtocol === 'redis') {
    // Loaded only where it is used: the client costs the start some 30 ms.
    const { RedisStore } = await import('./notes/redis-store.ts');
    return new RedisStore({ url: config.redisUrl, timeout: config.storeTimeout });
  }
  return new DaprStore(client, {
    url: config.ambassadorUrl,
    store: config.store,
    token: () => settings.get('ambassadorToken'),
    timeout: config.storeTimeout,
  });
}
