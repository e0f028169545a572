import { watch } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';

/** Milliseconds from the start of a swap until each client had the event, and until a bare fs.watch saw it. */
export type Swap = { events: number[]; watch: number };

/** Swap the volume `times` times, with this many clients of /events. */
export async function swap(directory: string, port: number, { times, clients }: { times: number; clients: number }) {
  const seen = { value: '', events: [] as number[], watch: 0 };
  const watcher = watch(directory, (_type, name) => {
    if (name === '..data') seen.watch ||= performance.now();
  });
  const onText = (text: string) => {
    if (text.includes(`"after":"${seen.value}"`)) seen.events.push(performance.now());
  };
  const sockets = await Promise.all(Array.from({ length: clients }, () => listenTo(port, onText)));
  const swaps: Swap[] = [];
  for (let round = 1; round <= times; round += 1) {
    Object.assign(seen, { value: `${clients}-${round}`, events: [], watch: 0 });
    const began = performance.now();
    await writeVolume(directory, { labels: `round="${seen.value}"` });
    await waitFor('the event', () => seen.events.length === clients && seen.watch > 0, { interval: 1 });
    swaps.push({ events: seen.events.map((at) => at - began), watch: seen.watch - began });
  }
  watcher.close();
  for (const socket of sockets) socket.destroy();
  return swaps;
}

/** Connect a bare socket: a thousand HTTP clients of Node would be slower than the reader, and their time would count. */
function listenTo(port: number, onText: (text: string) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n'));
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      onText(text);
      if (text.includes('event: document')) resolve(socket);
    });
  });
}
