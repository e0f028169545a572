import type { Key } from '../../../store/store.ts';
import type { Client } from '../client.ts';
import { errorReplies } from '../commands/errors.ts';
import { readInteger } from '../commands/numbers.ts';
import { CommandError, MapReply, ok, type Reply, SetReply } from '../commands/reply.ts';
import type { RequestView } from '../commands/request.ts';
import { Tracking, type TrackingMode } from './tracking.ts';

/** Maximum number of prefixes of a client, since each changed key is compared with all of them. */
const maxPrefixes = 1000;

type TrackingOptions = TrackingMode & { prefixes: Key[] };

/** CLIENT TRACKING ON|OFF [REDIRECT id] [PREFIX p ...] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]: https://redis.io/docs/latest/commands/client-tracking/ */
export async function clientTracking(client: Client): Promise<Reply> {
  const { request } = client;
  const options = parseTrackingOptions(client);
  const onOff = request.word(2);
  if (onOff !== 'on' && onOff !== 'off') throw new CommandError(errorReplies.syntax);
  const before = client.tracking;
  if (onOff === 'off') {
    before?.close();
    client.tracking = undefined;
    return ok;
  }
  check(options, before);
  const { prefixes, ...mode } = options;
  const tracking = new Tracking(client, client.endpoint, mode);
  for (const prefix of new Set([...(before?.prefixes ?? []), ...prefixes])) tracking.prefixes.add(prefix);
  if (mode.broadcast && tracking.prefixes.size === 0) tracking.prefixes.add('');
  if (before !== undefined) for (const key of before.keys) client.endpoint.invalidations.remember(key, tracking);
  await client.endpoint.invalidations.join(tracking);
  before?.close();
  client.tracking = tracking;
  return ok;
}

function parseTrackingOptions({ request, endpoint }: Client): TrackingOptions {
  const options: TrackingOptions = { broadcast: false, only: undefined, noLoop: false, redirect: 0, prefixes: [] };
  const wanted = new Set<'optin' | 'optout'>();
  for (let index = 3; index < request.count; index += 1) {
    const word = request.word(index);
    const hasValue = index + 1 < request.count;
    if (word === 'bcast') options.broadcast = true;
    else if (word === 'noloop') options.noLoop = true;
    else if (word === 'optin' || word === 'optout') wanted.add(word);
    else if (word === 'redirect' && hasValue) {
      if (options.redirect !== 0) throw new CommandError('ERR A client can only redirect to a single other client');
      options.redirect = readInteger(request.text((index += 1)));
      if (!endpoint.clients.has(options.redirect))
        throw new CommandError('ERR The client ID you want redirect to does not exist');
    } else if (word === 'prefix' && hasValue) options.prefixes.push(request.key((index += 1)));
    else throw new CommandError(errorReplies.syntax);
  }
  if (options.broadcast && wanted.size > 0)
    throw new CommandError('ERR OPTIN and OPTOUT are not compatible with BCAST');
  if (wanted.size > 1) throw new CommandError("ERR You can't specify both OPTIN mode and OPTOUT mode");
  [options.only] = wanted;
  return options;
}

function check({ broadcast, only, prefixes }: TrackingOptions, before: Tracking | undefined): void {
  if (!broadcast && prefixes.length > 0) throw new CommandError('ERR PREFIX option requires BCAST mode to be enabled');
  if ((before?.prefixes.size ?? 0) + prefixes.length > maxPrefixes)
    throw new CommandError(`ERR a client may have ${maxPrefixes} prefixes`);
  const anew = 'before disabling tracking for this client, and then re-enabling it with a different mode.';
  if (before !== undefined && before.mode.broadcast !== broadcast)
    throw new CommandError(`ERR You can't switch BCAST mode on/off ${anew}`);
  if (only !== undefined && before?.mode.only !== undefined && before.mode.only !== only)
    throw new CommandError(`ERR You can't switch OPTIN/OPTOUT mode ${anew}`);
  for (const [place, prefix] of prefixes.entries()) {
    const existing = [...(before?.prefixes ?? [])].find((other) => other !== prefix && overlap(prefix, other));
    if (existing !== undefined) throw overlapping(prefix, `an existing prefix '${existing}'`);
    const provided = prefixes.slice(place + 1).find((other) => overlap(prefix, other));
    if (provided !== undefined) throw overlapping(prefix, `another provided prefix '${provided}'`);
  }
}

const overlap = (one: Key, other: Key): boolean => one.startsWith(other) || other.startsWith(one);

const overlapping = (prefix: Key, other: string): CommandError =>
  new CommandError(`ERR Prefix '${prefix}' overlaps with ${other}. Prefixes for a single client must not overlap.`);

/** CLIENT CACHING YES|NO */
export function clientCaching(client: Client, request: RequestView): Reply {
  const tracking = client.tracking;
  if (tracking === undefined)
    throw new CommandError(
      'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
    );
  const word = request.word(2);
  const mode = { yes: 'optin', no: 'optout' }[word];
  if (mode === undefined) throw new CommandError(errorReplies.syntax);
  if (tracking.mode.only !== mode)
    throw new CommandError(
      `ERR CLIENT CACHING ${word.toUpperCase()} is only valid when tracking is enabled in ${mode.toUpperCase()} mode.`,
    );
  tracking.caching = true;
  return ok;
}

/** CLIENT GETREDIR: -1 without tracking, 0 without a redirection. */
export const clientGetRedirection = (client: Client): Reply => client.tracking?.mode.redirect ?? -1;

/** CLIENT TRACKINGINFO */
export function clientTrackingInfo(client: Client): Reply {
  const tracking = client.tracking;
  const flags = tracking === undefined ? ['off'] : trackingFlags(tracking);
  return new MapReply([
    ['flags', new SetReply(flags)],
    ['redirect', clientGetRedirection(client)],
    ['prefixes', [...(tracking?.prefixes ?? [])].map((prefix) => Buffer.from(prefix, 'latin1'))],
  ]);
}

function trackingFlags({ mode, caching, broken }: Tracking): string[] {
  const { broadcast, only, noLoop } = mode;
  return [
    'on',
    ...(broadcast ? ['bcast'] : []),
    ...(only === undefined ? [] : [only, ...(caching ? [only === 'optin' ? 'caching-yes' : 'caching-no'] : [])]),
    ...(noLoop ? ['noloop'] : []),
    ...(broken ? ['broken_redirect'] : []),
  ];
}
