// The images' HEALTHCHECK: node healthcheck.mjs URL [--wait=SECONDS] [--end-without-network]
// Exit 0 if the URL answers 2xx within SECONDS (by default 2). It is asked four times a second, so that one check is enough for a
// container that is starting. A port that does not speak HTTP is asked over TLS.
// With --end-without-network: if the network namespace has nothing left but the loopback, process 1 gets a SIGTERM. Then the container
// that held the namespace has died, and only a restart of this one joins the new namespace.
import { networkInterfaces } from 'node:os';

const [url, ...options] = process.argv.slice(2);
const wait = 1000 * Number(options.find((option) => option.startsWith('--wait='))?.slice('--wait='.length) ?? 2);
const end = performance.now() + wait;

const left = () => Math.max(1, Math.ceil(end - performance.now()));

async function ask() {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(left()) });
    await response.body?.cancel();
    return { ok: response.ok, text: `${response.status} ${url}` };
  } catch (error) {
    const plain = { ok: false, text: `${url}: ${error.cause?.message ?? error.message}` };
    return error.cause?.code === 'ECONNREFUSED' ? plain : askOverTls(plain);
  }
}

/** Ask a port that speaks TLS only. Its certificate is not for 127.0.0.1, so it isn't checked. */
async function askOverTls(plain) {
  const secure = url.replace(/^http:/, 'https:');
  const { get } = await import('node:https');
  return new Promise((resolve) => {
    get(secure, { agent: false, rejectUnauthorized: false, signal: AbortSignal.timeout(left()) }, (response) => {
      response.destroy();
      resolve({ ok: Math.floor(response.statusCode / 100) === 2, text: `${response.statusCode} ${secure}` });
    }).on('error', () => resolve(plain));
  });
}

function hasNetwork() {
  return Object.values(networkInterfaces()).some((addresses) => addresses.some(({ internal }) => !internal));
}

if (options.includes('--end-without-network') && !hasNetwork()) {
  console.log('the network namespace is dead; ending the container, so that it joins the new one');
  process.kill(1, 'SIGTERM');
  process.exit(1);
}
let answer = await ask();
while (!answer.ok && performance.now() + 250 < end) {
  await new Promise((resolve) => setTimeout(resolve, 250));
  answer = await ask();
}
console.log(answer.text);
process.exitCode = answer.ok ? 0 : 1;
