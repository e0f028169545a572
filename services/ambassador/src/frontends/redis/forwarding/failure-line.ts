import { asCommandError } from '../commands/store-errors.ts';

/** The error reply for a request that was not answered. */
export const failureLine = (error: unknown): Buffer => Buffer.from(`-${asCommandError(error).message}\r\n`);
