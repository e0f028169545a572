import { createHash } from 'node:crypto';

/**
 * The ordinal that owns a key: the one whose hash with the key is highest (rendezvous hashing, Thaler and Ravishankar
 * 1996). When a member joins or leaves only the keys that it wins or held change their owner. Undefined without members.
 */
export function ownerOf(key: string, ordinals: Iterable<number>): number | undefined {
  let owner: number | undefined;
  let best = -1n;
  for (const ordinal of ordinals) {
    const weight = weightOf(key, ordinal);
    if (weight > best) [owner, best] = [ordinal, weight];
  }
  return owner;
}

function weightOf(key: string, ordinal: number): bigint {
  return createHash('sha256').update(`${ordinal}\0${key}`).digest().readBigUInt64BE();
}
