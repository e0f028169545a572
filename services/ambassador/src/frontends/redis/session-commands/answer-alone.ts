import type { Client } from '../client.ts';
import type { Reply } from '../commands/reply.ts';

/**
 * Whether something of this client is under way in stores or in a cluster: commands that go to several of them must
 * wait for it.
 */
export const storesBusy = ({ pending }: Client): boolean =>
  pending.reads > 0 || pending.writes > 0 || pending.slots.size > 0;

/** Begin a reply once nothing of this client is under way there; its later requests wait for it. */
export function answerAlone(client: Client, answer: () => Promise<Reply>): boolean {
  if (storesBusy(client)) return false;
  client.endRun();
  client.answerLater(answer(), 'exclusive');
  return true;
}
