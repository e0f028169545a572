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

/** Members of a set, as RESP3 knows it. */
export class SetAnswer {
  readonly members: readonly Answer[];

  constructor(members: readonly Answer[]) {
    this.members = members;
  }
}

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
  | SetAnswer
  | Verbatim
  | readonly Answer[];

export const ok = new Status('OK');
