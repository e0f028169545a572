import { expect, test } from 'vitest';
import { ReplyQueue } from '../../src/frontends/redis/connection/reply-queue.ts';

const bytes = (text: string) => Buffer.from(text);

test('pushes go out behind a reply that is sent in part, in their order, and before the replies behind it', () => {
  let sent = '';
  const queue = new ReplyQueue(() => {
    sent += queue.take()?.toString() ?? '';
  });
  const first = queue.open();
  const second = queue.open();
  second.write(bytes('d'));
  first.write(bytes('a'));
  queue.interject(bytes('1'));
  queue.interject(bytes('2'));
  queue.add(bytes('e'));
  expect([sent, queue.held]).toEqual(['a', 4]);
  first.write(bytes('b'));
  first.close();
  expect([sent, queue.held]).toEqual(['ab12d', 1]);
  second.close();
  expect([sent, queue.held, queue.length]).toEqual(['ab12de', 0, 0]);
});
