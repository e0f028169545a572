import { getErrorCode } from '@podkit/chassis/errors';

/** A reader of input from outside, fuzzed with texts. */
export type Target = {
  /** Pieces of its grammar, from which texts are put together. */
  tokens: readonly string[];
  /** Whole inputs that it takes, which are then changed. */
  examples: readonly string[];
  /** @throws where the reader breaks a promise, such as an error without a code */
  check: (text: string) => void | Promise<void>;
};

/** What a reader made of a text: its result, or the code of the error that it refused it with. @throws any other error */
export function runTarget<T>(read: () => T, codes: readonly string[]): T | { refused: string } {
  try {
    return read();
  } catch (error) {
    const code = getErrorCode(error);
    if (code === undefined || !codes.includes(code)) throw error;
    return { refused: code };
  }
}
