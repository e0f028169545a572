import { keyToBytes } from '../../../../store/key.ts';
import type { Key } from '../../../../store/store.ts';

export const slotCount = 16_384;

/** CRC-16/XMODEM (polynomial 0x1021) of each byte. */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ ((crc & 0x8000) === 0 ? 0 : 0x1021);
  return crc;
});

/**
 * The slot of a key in a Redis Cluster, from 0 to 16383. Of a key with a `{tag}` that is not empty, the tag decides.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
 */
export function keySlot(key: Key): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (const byte of keyToBytes(hashed)) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ byte] ?? 0);
  return crc % slotCount;
}
