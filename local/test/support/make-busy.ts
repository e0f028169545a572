import { setTimeout as sleep } from 'node:timers/promises';

/** What a picture of the console should show: requests, notes, a readiness that fails for a while, a CPU that is busy. */
export async function makeBusy({ app, console: page, token }: { app: string; console: string; token: string }) {
  const chaos = (path: string, body: object) =>
    fetch(new URL(`../api/chaos/${path}`, page), {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  for (let second = 0; second < 45; second += 1) {
    if (second === 8) await chaos('cpu', { duration: '12s', share: 0.5 });
    if (second === 28) await chaos('probes/readyz', { failNext: 3, duration: '60s' });
    const text = `written in second ${second}`;
    const headers = { 'content-type': 'text/plain' };
    await Promise.all([
      ...Array.from({ length: 10 + (second % 7) * 3 }, () => fetch(app)),
      fetch(`${app}api/notes/picture`, { method: 'PUT', headers, body: text }),
      fetch(`${app}api/notes`),
    ]).catch(() => undefined);
    await sleep(1000);
  }
}
