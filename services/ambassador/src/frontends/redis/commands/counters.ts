import { minInteger64 } from '../../../store/integer.ts';
import type { Key, Store } from '../../../store/store.ts';
import { StoreError } from '../../../store/store-error.ts';
import { updateEntry } from '../../../store/write.ts';
import { errorReplies } from './errors.ts';
import { formatDecimal, readDecimal, readInteger64 } from './numbers.ts';
import { CommandError, type Reply } from './reply.ts';
import type { KeyCommand, RequestView } from './request.ts';

const add =
  (parseAmount: (request: RequestView) => bigint): KeyCommand =>
  async (store, request) => {
    const key = request.key(1);
    const amount = parseAmount(request);
    try {
      return await store.increment(key, amount);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'ERR_NOT_INTEGER') throw await explainRefusal(store, key);
      throw error;
    }
  };

/** Redis has different errors for a value that is no integer and a sum that overflows. */
async function explainRefusal(store: Store, key: Key): Promise<CommandError> {
  const entry = await store.get(key);
  try {
    readInteger64(entry?.value.toString('latin1') ?? '0');
    return new CommandError(errorReplies.overflow);
  } catch {
    return new CommandError(errorReplies.notInteger);
  }
}

function negated(text: string): bigint {
  const amount = readInteger64(text);
  if (amount === minInteger64) throw new CommandError(errorReplies.decrementOverflow);
  return -amount;
}

const incrbyfloat: KeyCommand = async (store, request): Promise<Reply> => {
  const amount = readDecimal(request.text(2));
  let text = '';
  await updateEntry(store, request.key(1), (entry) => {
    const sum = readDecimal(entry?.value.toString('latin1') ?? '0') + amount;
    text = formatDecimal(sum);
    return { value: Buffer.from(text), ttl: 'keep' };
  });
  return text;
};

export const counterCommands: Record<string, KeyCommand> = {
  incr: add(() => 1n),
  decr: add(() => -1n),
  incrby: add((request) => readInteger64(request.text(2))),
  decrby: add((request) => negated(request.text(2))),
  incrbyfloat,
};
