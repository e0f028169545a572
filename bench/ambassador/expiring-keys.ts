import { on, once } from 'node:events';
import { connect } from 'node:net';

/** Write `count` keys to the memory store, a thousand per pipeline. Each expires after half a second. */
export async function writeExpiring(port: number, count: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const reply = '+OK\r\n'.length;
  let bytes = 0;
  const responses = on(socket, 'data');
  const upTo = async (commands: number) => {
    while (bytes < commands * reply) bytes += ((await responses.next()).value as Buffer[])[0]?.length ?? 0;
  };
  for (let sent = 0; sent < count; sent += 1000) {
    socket.write(
      Array.from({ length: 1000 }, (_, index) => `SET mem:${sent + index} ${'v'.repeat(100)} PX 500\r\n`).join(''),
    );
    await upTo(sent);
  }
  await upTo(count);
  socket.destroy();
}
