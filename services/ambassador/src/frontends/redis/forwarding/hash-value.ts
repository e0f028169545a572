import { keyToBytes } from '../../../store/key.ts';
import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import { failureLine } from '../commands/errors.ts';
import { crlf } from '../protocol/bytes.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';

const wrongType = Buffer.from('-WRONGTYPE');

/** Whether an error reply says that the key of a GET holds another type than a string, such as a hash. */
export const isWrongType = (error: Buffer): boolean => error.subarray(0, wrongType.length).equals(wrongType);

/** The request for the field in which the Dapr API keeps a value: it stores each in a hash. */
export const hashValueRequest = (storedKey: Buffer): (Buffer | string)[] => ['HGET', storedKey, 'data'];

/**
 * Answer a GET that was refused with `error` with the value that the Dapr API keeps in the hash, or with that error if
 * there is none.
 */
export function answerFromHash(
  connection: ForwardingConnection,
  { keyPrefix }: RawRoute,
  key: Key,
  error: Buffer,
  answer: (reply: Buffer) => void,
): void {
  connection.ask([hashValueRequest(keyToBytes(keyPrefix + key))]).then(
    ([value]) =>
      answer(value instanceof Buffer ? Buffer.concat([Buffer.from(`$${value.length}\r\n`), value, crlf]) : error),
    (failure: unknown) => answer(failureLine(failure)),
  );
}
