import type { Peer } from './peers.ts';
import { type Load, measure, type Rate } from './redis-rates.ts';

/** The processes compared; without nutcracker its ratios are left out. */
export type RedisPeers = { redis: Peer; ambassador: Peer; pipe: Peer; answer: Peer; nutcracker: Peer | undefined };

const set = ['SET', 'bench', 'xxx'];
const get = ['GET', 'bench'];
const near = ['GET', 'near:bench'];

/** Compare the Redis endpoint at one pipeline depth, and print it. */
export function redisEndpoint(peers: RedisPeers, pipeline: number, requests: number, rounds: number): void {
  const { redis, ambassador, nutcracker, pipe, answer } = peers;
  const to = (peer: Peer, command: readonly string[]): Load => ({ to: peer, command, pipeline, requests });
  const loads: Record<string, Load> = {
    'SET redis-server': to(redis, set),
    ...(nutcracker === undefined ? {} : { 'SET nutcracker': to(nutcracker, set) }),
    'SET ambassador': to(ambassador, set),
    'GET redis-server': to(redis, get),
    ...(nutcracker === undefined ? {} : { 'GET nutcracker': to(nutcracker, get) }),
    'GET ambassador': to(ambassador, get),
    'GET ambassador, near tier': to(ambassador, near),
    // What Node alone can do, one request a read.
    ...(pipeline === 1 ? { 'GET Node, pipe': to(pipe, get), 'GET Node, constant answer': to(answer, near) } : {}),
  };
  const found = measure(loads, redis, rounds);
  console.log(`\nredis-benchmark -c 50 -P ${pipeline}, median of ${rounds} rounds`);
  console.log(`${''.padEnd(28)}requests/s   CPU µs/request (and of the Redis behind)`);
  for (const [name, { rate, cpu, redisCpu }] of Object.entries(found))
    console.log(
      `${name.padEnd(28)}${rate.toFixed(0).padStart(10)}${micros(cpu)}${redisCpu === 0 ? '' : ` +${micros(redisCpu)}`}`,
    );
  const single = pipeline === 1;
  ratio(found, 'SET ambassador', 'SET nutcracker', single ? 0.8 : 1);
  ratio(found, 'GET ambassador', 'GET nutcracker', single ? 0.8 : 1);
  if (single) ratio(found, 'GET ambassador, near tier', 'GET redis-server', 1);
  else ratio(found, 'GET ambassador, near tier', 'GET nutcracker', 1.2);
}

const micros = (value: number): string => value.toFixed(2).padStart(7);

function ratio(found: Record<string, Rate>, ours: string, theirs: string, target: number): void {
  const [our, their] = [found[ours], found[theirs]];
  if (our === undefined || their === undefined) return;
  const value = our.rate / their.rate;
  const cpu = (our.cpu + our.redisCpu) / (their.cpu + their.redisCpu);
  const verdict = value >= target ? 'met' : 'missed';
  console.log(`${ours} ÷ ${theirs}: ${value.toFixed(2)} (target ≥ ${target}: ${verdict}); CPU ${cpu.toFixed(2)} times`);
}
