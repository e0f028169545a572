import type { KeyLayout } from './key-layout.ts';

type Keyed = {
  write: boolean;
  /** Positions of the first and the last key (negative: counted from the end) and the step between; 0: no keys. */
  first: number;
  last: number;
  step: number;
  blocking?: boolean;
  /** `name:arity`, separated by blanks. */
  commands: string;
};

/** Commands whose keys stand at fixed positions, as Redis' COMMAND lists them (7.0, and the hash fields of 7.4 and 8). */
export const keyed: readonly Keyed[] = [
  {
    write: false,
    first: 0,
    last: 0,
    step: 0,
    commands: `auth:-2 client:-2 command:-1 config:-2 dbsize:1 discard:1 echo:2 exec:1 function:-2 hello:-1 info:-1 keys:2 lolwut:-1
multi:1 ping:-1 psubscribe:-2 publish:3 pubsub:-2 punsubscribe:-1 quit:-1 randomkey:1 reset:1 role:1 scan:-2
script:-2 select:2 spublish:3 ssubscribe:-2 subscribe:-2 sunsubscribe:-1 time:1 unsubscribe:-1 unwatch:1 wait:3`,
  },
  {
    write: false,
    first: 1,
    last: -1,
    step: 1,
    commands: `exists:-2 mget:-2 pfcount:-2 sdiff:-2 sinter:-2 sunion:-2 touch:-2 watch:-2`,
  },
  {
    write: false,
    first: 1,
    last: 1,
    step: 1,
    commands: `bitcount:-2 bitfield_ro:-2 bitpos:-3 dump:2 expiretime:2 geodist:-4 geohash:-2 geopos:-2 georadius_ro:-6
georadiusbymember_ro:-5 geosearch:-7 get:2 getbit:3 getrange:4 hexists:3 hexpiretime:-5 hget:3 hgetall:2
hkeys:2 hlen:2 hmget:-3 hpexpiretime:-5 hpttl:-5 hrandfield:-2 hscan:-3 hstrlen:3 httl:-5 hvals:2 lindex:3
llen:2 lpos:-3 lrange:4 pexpiretime:2 pttl:2 scard:2 sismember:3 smembers:2 smismember:-3 sort_ro:-2
srandmember:-2 sscan:-3 strlen:2 substr:4 ttl:2 type:2 xlen:2 xpending:-3 xrange:-4 xrevrange:-4
zcard:2 zcount:4 zlexcount:4 zmscore:-3 zrandmember:-2 zrange:-4 zrangebylex:-4 zrangebyscore:-4 zrank:3
zrevrange:-4 zrevrangebylex:-4 zrevrangebyscore:-4 zrevrank:3 zscan:-3 zscore:3`,
  },
  { write: false, first: 1, last: 2, step: 1, commands: `lcs:-3` },
  { write: false, first: 2, last: 2, step: 1, commands: `memory:-2 object:-2 xinfo:-2` },
  { write: true, first: 0, last: 0, step: 0, commands: `flushall:-1 flushdb:-1` },
  {
    write: true,
    first: 1,
    last: -1,
    step: 1,
    commands: `del:-2 pfmerge:-2 sdiffstore:-3 sinterstore:-3 sunionstore:-3 unlink:-2`,
  },
  { write: true, first: 1, last: -1, step: 2, commands: `mset:-3 msetnx:-3` },
  {
    write: true,
    first: 1,
    last: 1,
    step: 1,
    commands: `append:3 bitfield:-2 decr:2 decrby:3 expire:-3 expireat:-3 geoadd:-5 georadius:-6 georadiusbymember:-5
getdel:2 getex:-2 getset:3 hdel:-3 hexpire:-6 hexpireat:-6 hgetdel:-5 hgetex:-5 hincrby:4 hincrbyfloat:4
hmset:-4 hpersist:-5 hpexpire:-6 hpexpireat:-6 hset:-4 hsetex:-6 hsetnx:4 incr:2 incrby:3 incrbyfloat:3
linsert:5 lpop:-2 lpush:-3 lpushx:-3 lrem:4 lset:4 ltrim:4 persist:2 pexpire:-3 pexpireat:-3 pfadd:-2 psetex:4
restore:-4 rpop:-2 rpush:-3 rpushx:-3 sadd:-3 set:-3 setbit:4 setex:4 setnx:3 setrange:4 sort:-2 spop:-2
srem:-3 xack:-4 xadd:-5 xautoclaim:-6 xclaim:-6 xdel:-3 xsetid:-3 xtrim:-4 zadd:-4 zincrby:4 zpopmax:-2
zpopmin:-2 zrem:-3 zremrangebylex:4 zremrangebyrank:4 zremrangebyscore:4`,
  },
  {
    write: true,
    first: 1,
    last: 2,
    step: 1,
    commands: `copy:-3 geosearchstore:-8 lmove:5 rename:3 renamenx:3 rpoplpush:3 smove:4 zrangestore:-5`,
  },
  { write: true, first: 2, last: -1, step: 1, commands: `bitop:-4` },
  { write: true, first: 2, last: 2, step: 1, commands: `xgroup:-2` },
  { write: true, first: 1, last: -2, step: 1, blocking: true, commands: `blpop:-3 brpop:-3 bzpopmax:-3 bzpopmin:-3` },
  { write: true, first: 1, last: 2, step: 1, blocking: true, commands: `blmove:6 brpoplpush:4` },
];

type Movable = { name: string; arity: number; keys: KeyLayout; write: boolean; blocking?: boolean };

/** Commands that say themselves how many keys they have, or after which word the keys stand. */
export const movable: readonly Movable[] = [
  { name: 'blmpop', arity: -5, keys: { kind: 'counted', count: 2, alsoFirst: false }, write: true, blocking: true },
  { name: 'bzmpop', arity: -5, keys: { kind: 'counted', count: 2, alsoFirst: false }, write: true, blocking: true },
  { name: 'eval', arity: -3, keys: { kind: 'counted', count: 2, alsoFirst: false }, write: true },
  { name: 'eval_ro', arity: -3, keys: { kind: 'counted', count: 2, alsoFirst: false }, write: false },
  { name: 'evalsha', arity: -3, keys: { kind: 'counted', count: 2, alsoFirst: false }, write: true },
  { name: 'evalsha_ro', arity: -3, keys: { kind: 'counted', count: 2, alsoFirst: false }, write: false },
  { name: 'fcall', arity: -3, keys: { kind: 'counted', count: 2, alsoFirst: false }, write: true },
  { name: 'fcall_ro', arity: -3, keys: { kind: 'counted', count: 2, alsoFirst: false }, write: false },
  { name: 'lmpop', arity: -4, keys: { kind: 'counted', count: 1, alsoFirst: false }, write: true },
  { name: 'sintercard', arity: -3, keys: { kind: 'counted', count: 1, alsoFirst: false }, write: false },
  { name: 'zdiff', arity: -3, keys: { kind: 'counted', count: 1, alsoFirst: false }, write: false },
  { name: 'zdiffstore', arity: -4, keys: { kind: 'counted', count: 2, alsoFirst: true }, write: true },
  { name: 'zinter', arity: -3, keys: { kind: 'counted', count: 1, alsoFirst: false }, write: false },
  { name: 'zintercard', arity: -3, keys: { kind: 'counted', count: 1, alsoFirst: false }, write: false },
  { name: 'zinterstore', arity: -4, keys: { kind: 'counted', count: 2, alsoFirst: true }, write: true },
  { name: 'zmpop', arity: -4, keys: { kind: 'counted', count: 1, alsoFirst: false }, write: true },
  { name: 'zunion', arity: -3, keys: { kind: 'counted', count: 1, alsoFirst: false }, write: false },
  { name: 'zunionstore', arity: -4, keys: { kind: 'counted', count: 2, alsoFirst: true }, write: true },
  { name: 'xread', arity: -4, keys: { kind: 'streams' }, write: false, blocking: true },
  { name: 'xreadgroup', arity: -7, keys: { kind: 'streams' }, write: true, blocking: true },
];
