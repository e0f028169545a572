import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreError } from '../../store/store-error.ts';
import type { JournalWrite } from './record.ts';

/** Whether the store will never take the write, however often it is asked. */
export const isForGood = ({ transient, code }: StoreError): boolean => !transient && code !== 'ERR_CLOSED';

/** Add a write that the store will never take to `rejected.jsonl`, a JSON object per line, for a person to examine. */
export async function keepRejected(folder: string, { key, value }: JournalWrite, error: StoreError): Promise<void> {
  const line = { key, value: value?.toString('base64'), error: error.message, at: new Date().toISOString() };
  await appendFile(join(folder, 'rejected.jsonl'), `${JSON.stringify(line)}\n`);
}
