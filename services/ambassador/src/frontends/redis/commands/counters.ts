import type { Key, Store } from '../../../store/store.ts';
import { StoreError } from '../../../store/store-error.ts';
import { updateEntry } from '../../../store/write.ts';
import { type Answer, CommandError } from './answer.ts';
import { replies } from './errors.ts';
import { decimal, decimalText, integer64 } from './numbers.ts';
import type { KeyCommand, RequestView } from './request.ts';

const add =
  (parseAmount: (request: RequestView) => bigint): KeyCommand =>
  async (store, request) => {
    const [key, amount] = [request.key(1), parseAmount(request)];
    try {
      return await store.increment(key, amount);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'ERR_NOT_INTEGER') throw await whyNot(store, key);
      throw error;
    }
  };

/** Redis has different errors for a value that is no integer and a sum that overflows. */
async function whyNot(store: Store, key: Key): Promise<CommandError> {
  const entry = await store.get(key);
  try {
    integer64(entry?.value.toString('latin1') ?? '0');
    return new CommandError(replies.overflow);
  } catch {
    return new CommandError(replies.notInteger);
  }
}

function negated(text: string): bigint {
  const amount = integer64(text);
  if (amount === -(2n ** 63n)) throw new CommandError(replies.decrementOverflow);
  return -amount;
}

const incrbyfloat: KeyCommand = async (store, request): Promise<Answer> => {
  const amount = decimal(request.text(2));
  let text = '';
  await updateEntry(store, request.key(1), (entry) => {
    const sum = decimal(entry?.value.toString('latin1') ?? '0') + amount;
    text = decimalText(sum);
    return { value: Buffer.from(text), ttl: 'keep' };
  });
  return text;
};

export const counterCommands: Record<string, KeyCommand> = {
  incr: add(() => 1n),
  decr: add(() => -1n),
  incrby: add((request) => integer64(request.text(2))),
  decrby: add((request) => negated(request.text(2))),
  incrbyfloat,
};
