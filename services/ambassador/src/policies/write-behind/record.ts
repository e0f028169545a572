import { crc32 } from 'node:zlib';
import type { Key } from '../../store/store.ts';

/** What the journal holds: a write in its order, or that writes have reached the store. */
export type JournalWrite = {
  sequence: number;
  key: Key;
  /** Undefined for a deletion. */
  value: Buffer | undefined;
  expiresAt: number | undefined;
};
export type JournalRecord = { kind: 'write'; write: JournalWrite } | { kind: 'done'; sequences: number[] };

type Header = { s: number; k: string; e?: number; d?: true } | { done: number[] };

/** `u32 length of the rest, u32 CRC of the rest, u32 length of the header, header (JSON), value`; big endian. */
export function encodeRecord(record: JournalRecord): Buffer {
  const header = Buffer.from(JSON.stringify(encodeHeader(record)));
  const value = record.kind === 'write' ? (record.write.value ?? Buffer.alloc(0)) : Buffer.alloc(0);
  const bytes = Buffer.allocUnsafe(12 + header.length + value.length);
  bytes.writeUInt32BE(4 + header.length + value.length, 0);
  bytes.writeUInt32BE(header.length, 8);
  header.copy(bytes, 12);
  value.copy(bytes, 12 + header.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

function encodeHeader(record: JournalRecord): Header {
  if (record.kind === 'done') return { done: record.sequences };
  const { sequence, key, value, expiresAt } = record.write;
  return {
    s: sequence,
    k: key,
    ...(expiresAt === undefined ? {} : { e: expiresAt }),
    ...(value === undefined ? { d: true } : {}),
  };
}

/** The whole records of a segment. It ends at the first that is torn or damaged: what a crash left of the last write. */
export function* decodeRecords(bytes: Buffer): Generator<JournalRecord> {
  let at = 0;
  while (at + 12 <= bytes.length) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end > bytes.length || end < at + 12 || crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32BE(at + 4))
      return;
    const headerEnd = at + 12 + bytes.readUInt32BE(at + 8);
    yield decodeRecord(
      JSON.parse(bytes.toString('utf8', at + 12, headerEnd)) as Header,
      bytes.subarray(headerEnd, end),
    );
    at = end;
  }
}

function decodeRecord(header: Header, rest: Buffer): JournalRecord {
  if ('done' in header) return { kind: 'done', sequences: header.done };
  const value = header.d ? undefined : Buffer.from(rest);
  return { kind: 'write', write: { sequence: header.s, key: header.k, value, expiresAt: header.e } };
}
