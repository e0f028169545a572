import { crc32 } from 'node:zlib';

/**
 * A journal is a file of lines, one per batch that was written with one sync: `crc32 in 8 hex digits`, a space, and the
 * batch as a JSON array. A batch is only begun when the one before is on disk, so a bad line with a good one after it is
 * damage, while bad lines at the end are a write that a crash cut off and that nobody was told had succeeded.
 */
export function encodeLine(entries: readonly unknown[]): string {
  const text = JSON.stringify(entries);
  return `${checksum(text)} ${text}\n`;
}

/** The entries of a line without its newline, or undefined where it is not whole. */
export function decodeLine(line: string): unknown[] | undefined {
  const text = line.slice(9);
  if (line[8] !== ' ' || line.slice(0, 8) !== checksum(text)) return undefined;
  return JSON.parse(text) as unknown[];
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

export type Replay = {
  entries: unknown[];
  /** Bytes of the file that are good; what follows must be cut off. */
  length: number;
  /** Number of the first bad line that has a good one behind it; undefined: no damage. */
  damagedLine?: number;
};

/** Read a whole journal. */
export function replayJournal(content: Buffer): Replay {
  const replay: Replay = { entries: [], length: 0 };
  let bad: number | undefined;
  let number = 0;
  for (let at = 0; at < content.length; ) {
    number += 1;
    const newline = content.indexOf(0x0a, at);
    const end = newline === -1 ? content.length : newline;
    const entries = newline === -1 ? undefined : decodeLine(content.toString('utf8', at, end));
    at = end + 1;
    if (entries === undefined) {
      bad ??= number;
    } else if (bad !== undefined) {
      return { ...replay, damagedLine: bad };
    } else {
      for (const entry of entries) replay.entries.push(entry);
      replay.length = at;
    }
  }
  return replay;
}
