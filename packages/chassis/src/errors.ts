/**
 * The base of every error podkit throws on purpose.
 *
 * `code` is stable and made for programs (`ERR_CONFIG`), `message` is one line made for people,
 * `cause` keeps what was caught. Anything that is not a PodkitError is a bug or a library's own error.
 */
export class PodkitError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The message of anything that can be thrown, with the messages of its causes behind it, on one line. */
export function describeError(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const own = thrown.message || getErrorCode(thrown) || thrown.name;
  const cause = thrown.cause === undefined ? '' : describeError(thrown.cause);
  const text = cause === '' || own.includes(cause) ? own : `${own}: ${cause}`;
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

/** The `code` of a thrown error (`ENOENT`, `ERR_CONFIG`), or undefined where it has none. */
export function getErrorCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}
