import { createServer, type Socket } from 'node:net';
import { SharedInput } from '../../services/ambassador/src/unsafe/shared-input.ts';

// `node line-server.ts shared|plain PORT`: answer each line with +PONG. `shared` reads all clients into one buffer
// (unsafe/shared-input.ts); `plain` reads as Node does.
const [, , way, port] = process.argv;
const input = new SharedInput(16 * 1024);
createServer({ pauseOnConnect: true, noDelay: true }, (accepted) => {
  accepted.on('error', () => undefined);
  if (way === 'plain') accepted.on('data', (bytes) => answer(accepted, bytes, bytes.length)).resume();
  else {
    const socket = input.adopt(accepted, (memory, bytes) => answer(socket, memory, bytes));
    socket.on('error', () => undefined);
  }
}).listen(Number(port), '127.0.0.1');

function answer(socket: Socket, memory: Buffer, bytes: number): void {
  let lines = 0;
  for (let at = memory.indexOf(10); at !== -1 && at < bytes; at = memory.indexOf(10, at + 1)) lines += 1;
  socket.write('+PONG\r\n'.repeat(lines));
}
