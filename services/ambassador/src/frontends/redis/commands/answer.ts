import { ReplyWriter } from '../protocol/reply-writer.ts';

class TextAnswer {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A short status such as OK. */
export class Status extends TextAnswer {}

/** An error reply; thrown by a command, or an element of its answer. The message begins with Redis' error code. */
export class CommandError extends Error {}

/** Pairs, which RESP3 knows as a map. */
export class MapAnswer {
  readonly pairs: readonly (readonly [Answer, Answer])[];

  constructor(pairs: readonly (readonly [Answer, Answer])[]) {
    this.pairs = pairs;
  }
}

class ListAnswer {
  readonly members: readonly Answer[];

  constructor(members: readonly Answer[]) {
    this.members = members;
  }
}

/** Members of a set, as RESP3 knows it. */
export class SetAnswer extends ListAnswer {}

/** A message out of band; in RESP2 an array. */
export class Push extends ListAnswer {}

/** Text for people, as INFO answers it. */
export class Verbatim extends TextAnswer {}

/** The null array of RESP2: an EXEC whose watched keys changed. */
export class NullArray {
  readonly isNull = true;
}

/** Bytes as text, a byte per character. */
export class Latin1 extends TextAnswer {}

/** The answer of a command; strings and bytes become bulk strings. */
export type Answer =
  | Uint8Array
  | string
  | number
  | bigint
  | null
  | Status
  | CommandError
  | Latin1
  | MapAnswer
  | NullArray
  | Push
  | SetAnswer
  | Verbatim
  | readonly Answer[];

export const ok = new Status('OK');

/** Encode an answer for the protocol that the writer is set to. */
export function writeAnswer(writer: ReplyWriter, answer: Answer): void {
  if (answer === null) return writer.null();
  if (typeof answer === 'number' || typeof answer === 'bigint') return writer.integer(answer);
  if (typeof answer === 'string' || answer instanceof Uint8Array) return writer.bulk(answer);
  if (answer instanceof Latin1) return writer.latin1(answer.text);
  if (answer instanceof Status) return writer.simple(answer.text);
  if (answer instanceof CommandError) return writer.error(answer.message);
  if (answer instanceof NullArray) return writer.nullArray();
  if (answer instanceof Verbatim) return writer.verbatim(answer.text);
  if (answer instanceof MapAnswer) {
    writer.map(answer.pairs.length);
    for (const pair of answer.pairs) for (const part of pair) writeAnswer(writer, part);
    return;
  }
  const members = answer instanceof ListAnswer ? answer.members : answer;
  if (answer instanceof SetAnswer) writer.set(members.length);
  else if (answer instanceof Push) writer.push(members.length);
  else writer.array(members.length);
  for (const part of members) writeAnswer(writer, part);
}

/** An answer as bytes of its own. */
export function encodeAnswer(protocol: 2 | 3, answer: Answer): Buffer {
  const writer = new ReplyWriter();
  writer.protocol = protocol;
  writeAnswer(writer, answer);
  return writer.take();
}
