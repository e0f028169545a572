import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeExpiring } from './expiring-keys.ts';
import type { Peer } from './peers.ts';

const warmUp = 2;
const parts = 5;
const keys = 200_000;

/** Resident memory of a process in MB (10⁶ bytes), and how much of it is its own and not of files such as `node`. */
export function residentMB({ child }: Peer): { all: number; own: number } {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const of = (name: string) => (Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1e6;
  return { all: of('VmRSS'), own: of('RssAnon') };
}

export function idleMemory(ambassador: Peer, peers: Record<string, Peer>): void {
  const { all } = residentMB(ambassador);
  console.log(`resident memory at rest, MB (target ≤ 80: ${all <= 80 ? 'met' : 'missed'})`);
  for (const [name, peer] of Object.entries({ ambassador, ...peers })) {
    const resident = residentMB(peer);
    console.log(
      `${name.padEnd(28)}${resident.all.toFixed(0).padStart(5)}, of which its own ${resident.own.toFixed(0)}`,
    );
  }
}

/** Write a million keys that expire, after as many as it takes to fill the heap to its usual size. */
export async function expiringMemory(ambassador: Peer): Promise<void> {
  const seen: number[] = [];
  for (let part = -warmUp; part < parts; part += 1) {
    await writeExpiring(ambassador.port, keys);
    await sleep(700);
    seen.push(residentMB(ambassador).all);
  }
  const [first = Number.NaN, ...rest] = seen.slice(warmUp);
  const growth = Math.max(...rest) / first;
  const shown = seen.map((each) => each.toFixed(0)).join(', ');
  console.log(`\nresident memory after each ${keys} keys written and expired, MB: ${shown}`);
  console.log(
    `most ÷ that after the first ${(warmUp + 1) * keys}: ${growth.toFixed(2)} (target: flat, ≤ 1.1: ${growth <= 1.1 ? 'met' : 'missed'})`,
  );
}
