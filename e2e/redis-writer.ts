import { namespace, until } from './app-client.ts';
import { expect } from './case.ts';
import { run } from './run.ts';

/**
 * A program that writes keys through the ambassador until the key `<prefix>stop` exists, then reads them all. It prints its counts as
 * JSON. The prefix decides which store has the keys.
 */
const writer = (prefix: string) => `
  const socket = require('node:net').connect(6379, '127.0.0.1');
  let rest = '';
  const waiting = [];
  socket.on('data', (chunk) => {
    rest += chunk;
    for (;;) {
      const end = rest.indexOf('\\r\\n');
      if (end < 0) return;
      const line = rest.slice(0, end);
      const bulk = line[0] === '$' && line !== '$-1';
      const whole = bulk ? end + 4 + Number(line.slice(1)) : end + 2;
      if (rest.length < whole) return;
      waiting.shift()(bulk ? rest.slice(end + 2, whole - 2) : line);
      rest = rest.slice(whole);
    }
  });
  const ask = (text) => new Promise((resolve) => { waiting.push(resolve); socket.write(text + '\\r\\n'); });
  (async () => {
    const acknowledged = [];
    let refused = 0, longest = 0, last = performance.now();
    for (let n = 0; ; n += 1) {
      // A few hundred a second are enough: this is no speed test, and the keys are moved between nodes.
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (n % 50 === 0 && (await ask('GET ${prefix}stop')) === 'yes') break;
      if ((await ask('SET ${prefix}e2e-' + n + ' ' + n + ' EX 3600')) !== '+OK') { refused += 1; continue; }
      acknowledged.push(n);
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
    let lost = 0;
    for (const n of acknowledged) if ((await ask('GET ${prefix}e2e-' + n)) !== String(n)) lost += 1;
    console.log(JSON.stringify({ acknowledged: acknowledged.length, refused, lost, longest: Math.round(longest) }));
    socket.end();
  })();
`;

const inApp = (code: string) =>
  run('kubectl', ['-n', namespace, 'exec', 'podkit-0', '-c', 'app', '--', 'node', '-e', code], { timeout: 900_000 });

/** Send one command to the ambassador's Redis port from its Pod. Returns the reply as the protocol encodes it. */
export const sendToRedis = (command: string): Promise<string> =>
  inApp(
    `const s = require('node:net').connect(6379, '127.0.0.1', () => s.write('${command}\\r\\nQUIT\\r\\n')); s.on('data', (d) => process.stdout.write(d));`,
  );

/**
 * Write keys with this prefix while `work` runs. Returns the number of acknowledged writes and the longest pause between two.
 *
 * @throws {Error} if an acknowledged write cannot be read afterwards
 */
export async function whileWriting(prefix: string, work: () => Promise<void>): Promise<string> {
  await sendToRedis(`DEL ${prefix}stop`);
  const written = inApp(writer(prefix));
  // It is awaited below. If `work` fails first, that error is the one to report.
  written.catch(() => undefined);
  try {
    await work();
  } finally {
    // A store may refuse this write just after a failover.
    await until('the writer to stop', async () => (await sendToRedis(`SET ${prefix}stop yes`)).startsWith('+OK'));
  }
  const output = await written;
  const seen = JSON.parse(output.slice(output.indexOf('{'))) as Record<
    'acknowledged' | 'refused' | 'lost' | 'longest',
    number
  >;
  expect(seen.acknowledged > 0, 'nothing was acknowledged');
  expect(seen.lost === 0, `${seen.lost} of ${seen.acknowledged} acknowledged writes are lost`);
  return `${seen.acknowledged} writes acknowledged, 0 lost, ${seen.refused} refused, longest pause ${seen.longest} ms`;
}
