import { createHash } from 'node:crypto';
import type { RedisClient } from './connect.ts';
import { redisFailure } from './errors.ts';

export type Argument = string | number | Buffer;

/** A script with the digest by which Redis knows it. */
export class Script {
  readonly text: string;
  readonly sha: string;

  constructor(text: string) {
    this.text = text;
    this.sha = createHash('sha1').update(text).digest('hex');
  }
}

/** Run a script by its digest, and send its text only where the Redis does not know it (yet). Replies are Buffers. */
export async function runScript(
  client: RedisClient,
  script: Script,
  keys: readonly Buffer[],
  values: readonly Argument[],
): Promise<unknown> {
  const rest = [keys.length, ...keys, ...values];
  try {
    return await client.callBuffer('EVALSHA', script.sha, ...rest);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw redisFailure(error);
  }
  return client.callBuffer('EVAL', script.text, ...rest).catch((error: unknown) => {
    throw redisFailure(error);
  });
}
