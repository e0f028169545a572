import { spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { freePort } from '@podkit/chassis/testing/free-port';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { SharedInput } from '../../services/ambassador/src/unsafe/shared-input.ts';
import { answers, type Peer } from './peers.ts';
import { measure } from './redis-rates.ts';

// `npm run bench -- ambassador/shared-input`: what reading all clients into one memory brings (unsafe/shared-input.ts), beside
// Node's own reading, by redis-benchmark with 50 clients; the server answers each line and does nothing else.
type Way = 'shared' | 'plain';
const [mode, port] = process.argv.slice(2);
if (mode === 'shared' || mode === 'plain') serve(mode, Number(port));
else await compare();

function serve(way: Way, at: number): void {
  const input = new SharedInput(16 * 1024);
  createServer({ pauseOnConnect: true, noDelay: true }, (accepted) => {
    accepted.on('error', () => undefined);
    if (way === 'plain') accepted.on('data', (bytes) => answer(accepted, bytes, bytes.length)).resume();
    else {
      const socket = input.adopt(accepted, (memory, bytes) => answer(socket, memory, bytes));
      socket.on('error', () => undefined);
    }
  }).listen(at, '127.0.0.1');
}

function answer(socket: Socket, memory: Buffer, bytes: number): void {
  let lines = 0;
  for (let at = memory.indexOf(10); at !== -1 && at < bytes; at = memory.indexOf(10, at + 1)) lines += 1;
  socket.write('+PONG\r\n'.repeat(lines));
}

async function compare(): Promise<void> {
  const peers = { plain: await start('plain'), shared: await start('shared') };
  try {
    for (const pipeline of [1, 16]) {
      const load = { command: ['-t', 'ping_inline'], pipeline, requests: 100_000 * pipeline };
      const rates = measure(
        { plain: { ...load, to: peers.plain }, shared: { ...load, to: peers.shared } },
        peers.plain,
        5,
      );
      const [plain, shared] = [rates.plain?.cpu ?? Number.NaN, rates.shared?.cpu ?? Number.NaN];
      console.log(
        `pipeline ${pipeline}: plain ${plain.toFixed(2)} µs of CPU per command, shared ${shared.toFixed(2)} µs, ratio ${(plain / shared).toFixed(2)}`,
      );
    }
  } finally {
    for (const { child } of Object.values(peers)) child.kill();
  }
}

async function start(way: Way): Promise<Peer> {
  const own = await freePort();
  const child = spawn(process.execPath, [import.meta.filename, way, String(own)], { stdio: 'inherit' });
  await waitFor(`the ${way} server`, () => answers(own));
  return { port: own, child };
}
