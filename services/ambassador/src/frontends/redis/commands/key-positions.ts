import type { Key } from '../../../store/store.ts';
import { errorReplies } from './errors.ts';
import { CommandError } from './reply.ts';
import type { RequestView } from './request.ts';
import type { CommandSpec } from './table.ts';

/**
 * The positions of the keys among the words of a request.
 *
 * @throws {CommandError} where a count of keys is no number, or there are fewer words than it says
 */
export function keyPositions(spec: CommandSpec, request: RequestView): number[] {
  const { keys } = spec;
  if (keys.kind === 'none') return [];
  if (keys.kind === 'streams') return streamKeys(request);
  if (keys.kind === 'counted') return countedKeys(request, keys.count, keys.alsoFirst);
  const last = keys.last < 0 ? request.count + keys.last : keys.last;
  const positions: number[] = [];
  for (let index = keys.first; index <= last && index < request.count; index += keys.step) positions.push(index);
  return positions;
}

/** The keys of a request. @throws {CommandError} as `keyPositions` */
export const requestKeys = (spec: CommandSpec, request: RequestView): Key[] =>
  request.keys(keyPositions(spec, request));

function countedKeys(request: RequestView, at: number, alsoFirst: boolean): number[] {
  const text = request.text(at);
  if (!/^\d{1,7}$/.test(text)) throw new CommandError(errorReplies.notInteger);
  const count = Number(text);
  if (at + count >= request.count) throw new CommandError("ERR Number of keys can't be greater than number of args");
  const positions = Array.from({ length: count }, (_, index) => at + 1 + index);
  return alsoFirst ? [1, ...positions] : positions;
}

/** Options of XREAD and XREADGROUP before the word STREAMS, with how many words follow each. */
const streamOptions = new Map([
  ['count', 1],
  ['block', 1],
  ['claim', 1],
  ['group', 2],
  ['noack', 0],
]);

/** The first half of the words after STREAMS. */
function streamKeys(request: RequestView): number[] {
  let index = 1;
  while (index < request.count && request.word(index) !== 'streams') {
    const values = streamOptions.get(request.word(index));
    if (values === undefined) throw new CommandError(errorReplies.syntax);
    index += 1 + values;
  }
  const behind = request.count - index - 1;
  if (behind <= 0 || behind % 2 !== 0) throw new CommandError(errorReplies.syntax);
  return Array.from({ length: behind / 2 }, (_, key) => index + 1 + key);
}
