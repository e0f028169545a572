import { asCommandError } from '../commands/store-errors.ts';

/** The error reply for whatever kept a request from being answered. */
export const failureLine = (error: unknown): Buffer => Buffer.from(`-${asCommandError(error).message}\r\n`);
