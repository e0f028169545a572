import { createHash } from 'node:crypto';
import { orFailure, redisFailure } from './errors.ts';
import type { RedisClient } from './redis-client.ts';

export type Argument = string | number | Buffer;

/**
 * Lua that runs inside Redis, each script atomic. Entries are laid out as Dapr's Redis component does: a hash with the
 * fields `data` and `version` (a counter, the etag). A plain string is read as an entry, too: what the Redis endpoint or
 * other programs wrote. It has no version, so its etag is `s` and a digest of its bytes.
 *
 * `entry` returns {exists, etag}; `exists` is nil for a key of another type.
 */
const prelude = `
local function entry(key)
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then return false, '' end
  if kind == 'hash' then return true, redis.call('HGET', key, 'version') or '0' end
  if kind == 'string' then return true, 's' .. redis.sha1hex(redis.call('GET', key)) end
  return nil, kind
end
local function allowed(exists, etag, match, absent, present, lenient)
  if present == '1' and not exists then return false end
  if match == '' and absent ~= '1' then return true end
  if not exists then return absent == '1' or (lenient == '1' and match ~= '') end
  return match ~= '' and etag == match
end
`;

/** A script with the digest by which Redis knows it. */
export class Script {
  readonly text: string;
  readonly sha: string;

  constructor(text: string) {
    this.text = text;
    this.sha = createHash('sha1').update(text).digest('hex');
  }
}

/** Run a script by its digest, and send its text only if the Redis does not know it. Replies are Buffers. */
export async function runScript(
  client: RedisClient,
  script: Script,
  keys: readonly Buffer[],
  values: readonly Argument[],
): Promise<unknown> {
  const rest = [keys.length, ...keys, ...values];
  try {
    return await client.callBuffer('EVALSHA', script.sha, ...rest);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw redisFailure(error);
  }
  return orFailure(client.callBuffer('EVAL', script.text, ...rest));
}

export const scripts = {
  /** Returns {value, etag, PTTL}, 0 for nothing, or the name of another type. */
  get: new Script(`
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then return 0 end
if kind == 'hash' then
  local found = redis.call('HMGET', KEYS[1], 'data', 'version')
  if not found[1] then return 'hash without data' end
  return {found[1], found[2] or '0', redis.call('PTTL', KEYS[1])}
end
if kind == 'string' then
  local value = redis.call('GET', KEYS[1])
  return {value, 's' .. redis.sha1hex(value), redis.call('PTTL', KEYS[1])}
end
return kind`),

  /** ARGV: amount. Returns the sum as text, false where there is no integer or the sum would overflow. */
  increment: new Script(`
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'string' then
  local done = redis.pcall('INCRBY', KEYS[1], ARGV[1])
  if type(done) == 'table' then return false end
  return redis.call('GET', KEYS[1])
end
if kind ~= 'hash' and kind ~= 'none' then return false end
local done = redis.pcall('HINCRBY', KEYS[1], 'data', ARGV[1])
if type(done) == 'table' then return false end
redis.call('HINCRBY', KEYS[1], 'version', 1)
return redis.call('HGET', KEYS[1], 'data')`),

  /** ARGV: expiry in ms since the epoch ('' none), match. Returns 1, 0 for nothing there, -1 for a mismatch. */
  touch: new Script(`${prelude}
local exists, etag = entry(KEYS[1])
if exists == false then return ARGV[2] == '' and 0 or -1 end
if ARGV[2] ~= '' and etag ~= ARGV[2] then return -1 end
if ARGV[1] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIREAT', KEYS[1], ARGV[1]) end
if exists and string.sub(etag, 1, 1) ~= 's' and redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'version', 1)
end
return 1`),

  /**
   * One write or several: first every condition is checked, then everything is done, so it is all or nothing.
   * ARGV: one cjson array of {kind, key number, match, absent, present, lenient, ttl in ms ('' none, 'keep')}, then the
   * values, in order. Returns {-1, number of the operation} for a mismatch, else for each set its etag, for each delete how
   * many entries there were.
   */
  write: new Script(`${prelude}
local operations = cjson.decode(ARGV[1])
local known = {}
for number, op in ipairs(operations) do
  local key = KEYS[op[2]]
  local state = known[key]
  if state == nil then
    local exists, etag = entry(key)
    state = {exists ~= false, exists == nil and 'other' or etag}
  end
  if not allowed(state[1], state[2], op[3], op[4], op[5], op[6]) then return {-1, number} end
  known[key] = {op[1] == 'set', 'pending'}
end
local results = {}
for number, op in ipairs(operations) do
  local key = KEYS[op[2]]
  if op[1] == 'delete' then
    results[number] = redis.call('DEL', key)
  else
    local left = redis.call('PTTL', key)
    if redis.call('TYPE', key).ok ~= 'hash' then redis.call('DEL', key) end
    redis.call('HSET', key, 'data', ARGV[number + 1])
    results[number] = tostring(redis.call('HINCRBY', key, 'version', 1))
    if op[7] == 'keep' then
      if left > 0 then redis.call('PEXPIRE', key, left) end
    elseif op[7] == '' then redis.call('PERSIST', key)
    else redis.call('PEXPIRE', key, op[7]) end
  end
end
return results`),
};
