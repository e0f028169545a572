import { hostname } from 'node:os';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Client, EndpointContext, SessionCommand } from '../client.ts';
import { type Reply, Verbatim } from '../commands/reply.ts';
import { sessionRoute } from '../dispatch/grouping.ts';
import { ask } from '../forwarding/ask.ts';
import { answerAlone } from './answer-alone.ts';
import { redisVersion } from './handshake.ts';

type Sections = Record<string, Record<string, string | number>>;

/** Sections that are about this endpoint; the others are those of the Redis. */
const endpointSections = ['server', 'clients', 'stats', 'replication', 'cluster'];

/** INFO [section ...]: the sections of the endpoint itself, and those of the Redis behind it. */
export const infoCommand: SessionCommand = (client) => {
  const { request, endpoint } = client;
  const wanted = request.options(1);
  const { raw } = sessionRoute(endpoint.engine);
  if (raw !== undefined) return answerAlone(client, () => withRedis(client, raw, wanted));
  client.endRun();
  client.answer(asText(ownSections(endpoint), wanted));
  return true;
};

async function withRedis(client: Client, route: RawRoute, wanted: readonly string[]): Promise<Reply> {
  const own = ownSections(client.endpoint);
  // Many clients send INFO first; while the Redis is down they get the endpoint's own sections.
  const [reply] = await ask(client, route, [['INFO', ...wanted]]).catch(() => []);
  const theirs = reply instanceof Buffer ? parseSections(reply.toString()) : {};
  const taken = Object.entries(theirs).filter(([title]) => !endpointSections.includes(title.toLowerCase()));
  const offset = theirs['Replication']?.['master_repl_offset'];
  if (offset !== undefined) own['Replication'] = { ...own['Replication'], master_repl_offset: offset };
  return asText({ ...own, ...Object.fromEntries(taken) }, wanted);
}

function ownSections({ port, startedAt, clients, maxClients, metrics }: EndpointContext): Sections {
  const uptime = Math.floor((Date.now() - startedAt) / 1000);
  const blocked = [...clients.values()].filter(({ pending }) => pending.blocked).length;
  return {
    Server: {
      redis_version: redisVersion,
      redis_mode: 'standalone',
      os: `${process.platform} ${process.arch}`,
      arch_bits: 64,
      process_id: process.pid,
      run_id: hostname(),
      tcp_port: port,
      uptime_in_seconds: uptime,
      uptime_in_days: Math.floor(uptime / 86_400),
    },
    Clients: { connected_clients: clients.size, maxclients: maxClients, blocked_clients: blocked },
    Memory: { used_memory: process.memoryUsage.rss(), maxmemory: 0, maxmemory_policy: 'noeviction' },
    Persistence: { loading: 0 },
    Stats: {
      total_connections_received: metrics.connections,
      total_commands_processed: metrics.counts.reduce((sum, count) => sum + count, 0),
      rejected_connections: metrics.rejected,
      total_error_replies: metrics.errors,
    },
    Replication: { role: 'master', connected_slaves: 0 },
    Cluster: { cluster_enabled: 0 },
    Keyspace: {},
  };
}

function parseSections(text: string): Sections {
  const sections: Sections = {};
  let current: Record<string, string | number> = {};
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (line.startsWith('# ')) sections[line.slice(2)] = current = {};
    else if (colon > 0) current[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return sections;
}

function asText(sections: Sections, wanted: readonly string[]): Verbatim {
  const all = wanted.length === 0 || wanted.some((word) => ['default', 'all', 'everything'].includes(word));
  const chosen = Object.entries(sections).filter(([title]) => all || wanted.includes(title.toLowerCase()));
  const texts = chosen.map(([title, facts]) => {
    const lines = Object.entries(facts).map(([name, value]) => `${name}:${value}\r\n`);
    return `# ${title}\r\n${lines.join('')}`;
  });
  return new Verbatim(texts.join('\r\n'));
}
