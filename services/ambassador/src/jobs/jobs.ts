import { PodkitError } from '@podkit/chassis/errors';
import type { Job, JobContext } from './job.ts';
import { migrate } from './migrate.ts';
import { reEncrypt } from './re-encrypt.ts';
import { wait } from './wait.ts';

const jobs: Record<string, Job> = { migrate, wait, 're-encrypt': reEncrypt };

/** What `ambassador <job>` does instead of serving; undefined where no job is asked for. */
export function selectJob(words: readonly string[]): ((context: JobContext) => Promise<void>) | undefined {
  const [name, ...rest] = words;
  if (name === undefined) return undefined;
  const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
  if (job === undefined)
    throw new PodkitError('ERR_JOB', `${name}: no such command; there are ${Object.keys(jobs).join(', ')}`);
  return (context) => job(context, rest);
}
