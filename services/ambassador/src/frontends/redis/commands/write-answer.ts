import type { ReplyWriter } from '../protocol/reply-writer.ts';
import { type Answer, CommandError, Latin1, MapAnswer, NullArray, SetAnswer, Status, Verbatim } from './answer.ts';

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
  if (answer instanceof SetAnswer) writer.set(answer.members.length);
  else writer.array(answer.length);
  for (const part of answer instanceof SetAnswer ? answer.members : answer) writeAnswer(writer, part);
}
