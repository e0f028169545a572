/** Where the keys of a command stand: fixed positions, a count before them (`numkeys`), or after the word STREAMS. */
type KeyLayout =
  | { kind: 'none' }
  | { kind: 'range'; first: number; last: number; step: number }
  | { kind: 'counted'; count: number; alsoFirst: boolean }
  | { kind: 'streams' };

/** The facts about a command, from Redis' COMMAND table. */
export type CommandSpec = {
  /** Lower case. */
  name: string;
  /** Number of words including the name; a negative one is the minimum. */
  arity: number;
  keys: KeyLayout;
  write: boolean;
  /** It may block, so it needs a connection of its own. */
  blocking: boolean;
  /** Its only key is at position 1: the most frequent case, which is kept fast. */
  single: boolean;
};

/** Finds commands by their name, in any case. */
export class CommandTable<Spec extends CommandSpec> {
  readonly #specs = new Map<string, Spec>();
  readonly #longest: number;

  constructor(specs: Iterable<Spec>) {
    // Upper case, too, which most clients send, so that most names need no change of case.
    for (const spec of specs) this.#specs.set(spec.name, spec).set(spec.name.toUpperCase(), spec);
    this.#longest = Math.max(...[...this.#specs.keys()].map((name) => name.length));
  }

  find(buffer: Buffer, start: number, end: number): Spec | undefined {
    // A client may send megabytes as the name.
    if (end - start > this.#longest) return undefined;
    const name = buffer.toString('latin1', start, end);
    return this.#specs.get(name) ?? this.#specs.get(name.toLowerCase());
  }
}

/** Every command that this endpoint knows, including those that it only passes on. */
export const allCommands = (): CommandSpec[] =>
  commandGroups.flatMap(({ write, blocking = false, keys, commands }) => {
    const single = keys.kind === 'range' && keys.first === 1 && keys.last === 1;
    return commands.split(/\s+/).map((entry) => {
      const [name = '', arity] = entry.split(':');
      return { name, arity: Number(arity), keys, write, blocking, single };
    });
  });

type CommandGroup = {
  write: boolean;
  blocking?: boolean;
  keys: KeyLayout;
  /** `name:arity`, separated by blanks. */
  commands: string;
};

const none: KeyLayout = { kind: 'none' };
const streams: KeyLayout = { kind: 'streams' };
/** From the first to the last position (negative: counted from the end), in steps. */
const range = (first: number, last: number, step: number): KeyLayout => ({ kind: 'range', first, last, step });
/** After the word at position `count`, which says how many they are. */
const counted = (count: number, alsoFirst = false): KeyLayout => ({ kind: 'counted', count, alsoFirst });

/** All commands with their keys, as Redis' COMMAND lists them (7.0, and the hash fields of 7.4 and 8). */
const commandGroups: readonly CommandGroup[] = [
  {
    write: false,
    keys: none,
    commands: `auth:-2 client:-2 command:-1 config:-2 dbsize:1 discard:1 echo:2 exec:1 function:-2 hello:-1 info:-1
  keys:2 lolwut:-1 multi:1 ping:-1 psubscribe:-2 publish:3 pubsub:-2 punsubscribe:-1 quit:-1 randomkey:1
  reset:1 role:1 scan:-2 script:-2 select:2 spublish:3 ssubscribe:-2 subscribe:-2 sunsubscribe:-1 time:1
  unsubscribe:-1 unwatch:1 wait:3`,
  },
  {
    write: false,
    keys: range(1, -1, 1),
    commands: 'exists:-2 mget:-2 pfcount:-2 sdiff:-2 sinter:-2 sunion:-2 touch:-2 watch:-2',
  },
  {
    write: false,
    keys: range(1, 1, 1),
    commands: `bitcount:-2 bitfield_ro:-2 bitpos:-3 dump:2 expiretime:2 geodist:-4 geohash:-2 geopos:-2 georadius_ro:-6
  georadiusbymember_ro:-5 geosearch:-7 get:2 getbit:3 getrange:4 hexists:3 hexpiretime:-5 hget:3 hgetall:2
  hkeys:2 hlen:2 hmget:-3 hpexpiretime:-5 hpttl:-5 hrandfield:-2 hscan:-3 hstrlen:3 httl:-5 hvals:2
  lindex:3 llen:2 lpos:-3 lrange:4 pexpiretime:2 pttl:2 scard:2 sismember:3 smembers:2 smismember:-3
  sort_ro:-2 srandmember:-2 sscan:-3 strlen:2 substr:4 ttl:2 type:2 xlen:2 xpending:-3 xrange:-4
  xrevrange:-4 zcard:2 zcount:4 zlexcount:4 zmscore:-3 zrandmember:-2 zrange:-4 zrangebylex:-4
  zrangebyscore:-4 zrank:3 zrevrange:-4 zrevrangebylex:-4 zrevrangebyscore:-4 zrevrank:3 zscan:-3 zscore:3`,
  },
  { write: false, keys: range(1, 2, 1), commands: 'lcs:-3' },
  { write: false, keys: range(2, 2, 1), commands: 'memory:-2 object:-2 xinfo:-2' },
  { write: true, keys: none, commands: 'flushall:-1 flushdb:-1' },
  {
    write: true,
    keys: range(1, -1, 1),
    commands: 'del:-2 pfmerge:-2 sdiffstore:-3 sinterstore:-3 sunionstore:-3 unlink:-2',
  },
  { write: true, keys: range(1, -1, 2), commands: 'mset:-3 msetnx:-3' },
  {
    write: true,
    keys: range(1, 1, 1),
    commands: `append:3 bitfield:-2 decr:2 decrby:3 expire:-3 expireat:-3 geoadd:-5 georadius:-6 georadiusbymember:-5
  getdel:2 getex:-2 getset:3 hdel:-3 hexpire:-6 hexpireat:-6 hgetdel:-5 hgetex:-5 hincrby:4 hincrbyfloat:4
  hmset:-4 hpersist:-5 hpexpire:-6 hpexpireat:-6 hset:-4 hsetex:-6 hsetnx:4 incr:2 incrby:3 incrbyfloat:3
  linsert:5 lpop:-2 lpush:-3 lpushx:-3 lrem:4 lset:4 ltrim:4 persist:2 pexpire:-3 pexpireat:-3 pfadd:-2
  psetex:4 restore:-4 rpop:-2 rpush:-3 rpushx:-3 sadd:-3 set:-3 setbit:4 setex:4 setnx:3 setrange:4
  sort:-2 spop:-2 srem:-3 xack:-4 xadd:-5 xautoclaim:-6 xclaim:-6 xdel:-3 xsetid:-3 xtrim:-4 zadd:-4
  zincrby:4 zpopmax:-2 zpopmin:-2 zrem:-3 zremrangebylex:4 zremrangebyrank:4 zremrangebyscore:4`,
  },
  {
    write: true,
    keys: range(1, 2, 1),
    commands: 'copy:-3 geosearchstore:-8 lmove:5 rename:3 renamenx:3 rpoplpush:3 smove:4 zrangestore:-5',
  },
  { write: true, keys: range(2, -1, 1), commands: 'bitop:-4' },
  { write: true, keys: range(2, 2, 1), commands: 'xgroup:-2' },
  { write: true, blocking: true, keys: range(1, -2, 1), commands: 'blpop:-3 brpop:-3 bzpopmax:-3 bzpopmin:-3' },
  { write: true, blocking: true, keys: range(1, 2, 1), commands: 'blmove:6 brpoplpush:4' },
  { write: true, blocking: true, keys: counted(2), commands: 'blmpop:-5 bzmpop:-5' },
  { write: true, keys: counted(2), commands: 'eval:-3 evalsha:-3 fcall:-3' },
  { write: false, keys: counted(2), commands: 'eval_ro:-3 evalsha_ro:-3 fcall_ro:-3' },
  { write: true, keys: counted(1), commands: 'lmpop:-4 zmpop:-4' },
  { write: false, keys: counted(1), commands: 'sintercard:-3 zdiff:-3 zinter:-3 zintercard:-3 zunion:-3' },
  { write: true, keys: counted(2, true), commands: 'zdiffstore:-4 zinterstore:-4 zunionstore:-4' },
  { write: false, blocking: true, keys: streams, commands: 'xread:-4' },
  { write: true, blocking: true, keys: streams, commands: 'xreadgroup:-7' },
];
