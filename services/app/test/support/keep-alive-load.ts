import { Agent, request } from 'node:http';

export type LoadResult = { answered: number; failed: string[] };

/**
 * Well-behaved keep-alive clients, as a load balancer's pool is: each sends one request after the other on its own
 * connection, and when a response says `Connection: close` it goes elsewhere, which here means that it stops.
 */
export async function keepAliveLoad(url: string, connections: number, requestsEach: number): Promise<LoadResult> {
  const result: LoadResult = { answered: 0, failed: [] };
  const clients = Array.from({ length: connections }, () => oneClient(url, requestsEach, result));
  await Promise.all(clients);
  return result;
}

async function oneClient(url: string, requests: number, result: LoadResult): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let sent = 0; sent < requests; sent += 1) {
    const answer = await ask(url, agent);
    if (typeof answer === 'string') {
      result.failed.push(answer);
      break;
    }
    result.answered += 1;
    if (answer.closes) break;
  }
  agent.destroy();
}

function ask(url: string, agent: Agent): Promise<{ closes: boolean } | string> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent }, (response) => {
      response.resume();
      response.once('end', () => {
        const ok = response.statusCode === 200;
        resolve(ok ? { closes: response.headers.connection === 'close' } : `status ${response.statusCode}`);
      });
      response.once('error', (error) => resolve(`answer cut: ${error.message}`));
    });
    outgoing.once('error', (error) => resolve(`request failed: ${error.message}`));
    outgoing.end();
  });
}
