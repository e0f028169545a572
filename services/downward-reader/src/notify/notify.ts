import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import type { HttpClient } from '@podkit/chassis/http/client';
import type { Logger } from '@podkit/chassis/log/logger';
import { type ChangeEvent, joinChanges } from '../document/changes.ts';

/** Notifies one receiver of a change; throws when it could not. */
type Notifier = { name: string; notify: (event: ChangeEvent) => Promise<void> };

export type NotifyOptions = {
  webhookUrl?: string;
  /** Sends the webhook. The caller closes it. */
  client: HttpClient;
  webhookTimeout: number;
  command?: string;
  signal?: NodeJS.Signals;
  signalPidFile?: string;
  log: Logger;
  /** Milliseconds before the second, third… attempt. */
  pauses?: readonly number[];
};

/**
 * Notify webhook, command and process of changes: in order, one at a time, with retries. Changes that come while a receiver is
 * busy are joined into one, so that no value is missed and the queue stays bounded.
 */
export function createNotifier(options: NotifyOptions): (event: ChangeEvent) => void {
  const queues = notifiers(options).map((notifier) => queueFor(notifier, options));
  return (event) => {
    for (const enqueue of queues) enqueue(event);
  };
}

function notifiers({ client, webhookUrl, webhookTimeout, command, signal, signalPidFile }: NotifyOptions): Notifier[] {
  return [
    ...(webhookUrl === undefined
      ? []
      : [{ name: 'webhook', notify: (event: ChangeEvent) => post(client, webhookUrl, webhookTimeout, event) }]),
    ...(command === undefined ? [] : [{ name: 'command', notify: (event: ChangeEvent) => run(command, event) }]),
    ...(signal === undefined || signalPidFile === undefined
      ? []
      : [{ name: 'signal', notify: () => kill(signalPidFile, signal) }]),
  ];
}

function queueFor(
  { name, notify }: Notifier,
  { log, pauses = [500, 2000, 5000] }: NotifyOptions,
): (event: ChangeEvent) => void {
  let waiting: ChangeEvent | undefined;
  let busy = false;
  const work = async () => {
    busy = true;
    while (waiting !== undefined) {
      const event = waiting;
      waiting = undefined;
      await attempts(() => notify(event), pauses).then(
        () => log.info({ id: event.id }, `${name} notified`),
        (error: unknown) => log.error({ id: event.id, reason: describeError(error) }, `${name} could not be notified`),
      );
    }
    busy = false;
  };
  return (event) => {
    waiting = waiting === undefined ? event : { ...event, changes: joinChanges(waiting.changes, event.changes) };
    if (!busy) void work();
  };
}

async function attempts(notify: () => Promise<void>, pauses: readonly number[]): Promise<void> {
  for (const pause of pauses) {
    try {
      return await notify();
    } catch {
      await sleep(pause);
    }
  }
  return notify();
}

async function post(client: HttpClient, url: string, timeout: number, event: ChangeEvent): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(event);
  const { status } = await client.send(url, { method: 'POST', headers, body, timeout, redirects: 11 });
  if (status < 200 || status > 299) throw new PodkitError('ERR_WEBHOOK', `the webhook answered ${status}`);
}

/** Run it without a shell and without our environment. It reads the change from stdin. */
async function run(command: string, event: ChangeEvent): Promise<void> {
  const child = spawn(command, [], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    timeout: 30_000,
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(event));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new PodkitError('ERR_COMMAND', `${command} exited ${code}`);
}

async function kill(pidFile: string, signal: NodeJS.Signals): Promise<void> {
  const text = (await readFile(pidFile, 'utf8')).trim();
  if (!/^[1-9]\d*$/.test(text)) throw new PodkitError('ERR_SIGNAL', `${pidFile} does not hold a process id`);
  process.kill(Number(text), signal);
}
