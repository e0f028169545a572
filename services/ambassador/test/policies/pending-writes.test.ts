import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PendingWrites } from '../../src/policies/write-behind/pending-writes.ts';
import { decodeRecords, encodeRecord, type JournalRecord } from '../../src/policies/write-behind/record.ts';

/** Write a key, or send what the store lacks of it, with the note of that on disk or not. */
const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), act: fc.constantFrom('write', 'send', 'send unnoted') });

test('whatever was written and sent before the end, what the journal owes brings the store to the last writes', () => {
  fc.assert(
    fc.property(fc.array(step), fc.nat(), (steps, cut) => {
      const store = new Map<string, string>();
      const waiting = new Map<string, number>();
      const acknowledged = new Map<string, string>();
      const records: JournalRecord[] = [];
      for (const [index, { key, act }] of steps.entries()) {
        const sequence = index + 1;
        const sent = waiting.get(key);
        if (act === 'write') {
          records.push({
            kind: 'write',
            write: { sequence, key, value: Buffer.from(`${index}`), expiresAt: undefined },
          });
          waiting.set(key, sequence);
          acknowledged.set(key, `${index}`);
        } else if (sent !== undefined) {
          store.set(key, acknowledged.get(key) ?? '');
          waiting.delete(key);
          if (act === 'send') records.push({ kind: 'done', sequences: [sent] });
        }
      }
      // What a crash left of one more record.
      const torn = encodeRecord({ kind: 'done', sequences: [1, 2, 3] });
      const disk = Buffer.concat([...records.map(encodeRecord), torn.subarray(0, cut % torn.length)]);
      const unsent = new PendingWrites();
      for (const record of decodeRecords(disk)) unsent.add(record);
      for (const { key, value } of unsent.writes) store.set(key, String(value));
      expect(store).toEqual(acknowledged);
      expect(unsent.highest).toBe(lastWrite(records));
    }),
  );
});

const lastWrite = (records: readonly JournalRecord[]): number =>
  Math.max(0, ...records.map((record) => (record.kind === 'write' ? record.write.sequence : 0)));
