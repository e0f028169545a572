/** Where the keys of a command stand: fixed positions, a count before them (`numkeys`), or after the word STREAMS. */
export type KeyLayout =
  | { kind: 'none' }
  | { kind: 'range'; first: number; last: number; step: number }
  | { kind: 'counted'; count: number; alsoFirst: boolean }
  | { kind: 'streams' };
