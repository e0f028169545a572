import { until } from './app-client.ts';
import { expect } from './case.ts';
import { kubectl, run } from './run.ts';

const namespace = 'podkit-load';

/** The program of the load Pod: 20 keep-alive connections that send requests and count failures. */
const script = `
const http = require('node:http');
const agent = new http.Agent({ keepAlive: true, maxSockets: 20 });
const count = { requests: 0, failed: 0, errors: {} };
let stopping = false;
const fail = (why) => { count.failed += 1; count.errors[why] = (count.errors[why] ?? 0) + 1; };
const ask = () => new Promise((resolve) => {
  const request = http.get(process.env.TARGET, { agent, timeout: 10000 }, (response) => {
    response.resume().once('end', resolve).once('error', (error) => { fail(error.code); resolve(); });
    if (response.statusCode !== 200) fail(response.statusCode);
  });
  request.once('timeout', () => request.destroy(new Error('timeout')));
  request.once('error', (error) => { fail(error.code ?? error.message); resolve(); });
});
const worker = async () => { while (!stopping) { await ask(); count.requests += 1; await new Promise((r) => setTimeout(r, 20)); } };
const workers = Array.from({ length: 20 }, worker);
console.log('loading');
process.on('SIGUSR2', async () => { stopping = true; await Promise.all(workers); console.log(JSON.stringify(count)); });
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 1000);
`;

const container = (image: string, target: string) => ({
  name: 'load',
  image,
  imagePullPolicy: 'IfNotPresent',
  command: ['node', '-e', script],
  env: [{ name: 'TARGET', value: target }],
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
});

/**
 * Send requests to a URL from inside the cluster while `work` runs. Returns the result of `work` and the number of requests.
 *
 * @throws {Error} if a request failed
 */
export async function underLoad(image: string, target: string, work: () => Promise<string>): Promise<string> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'load', namespace },
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
      terminationGracePeriodSeconds: 5,
      containers: [container(image, target)],
    },
  };
  const manifests = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, pod];
  await run('kubectl', ['apply', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }),
  });
  try {
    await kubectl('-n', namespace, 'wait', '--for=condition=Ready', 'pod/load', '--timeout=120s');
    const done = await work();
    await kubectl('-n', namespace, 'exec', 'load', '--', 'node', '-e', "process.kill(1, 'SIGUSR2')");
    const counts = await readCounts();
    expect(counts.requests > 0, 'the load Pod sent no request');
    expect(
      counts.failed === 0,
      `${counts.failed} of ${counts.requests} requests failed: ${JSON.stringify(counts.errors)}`,
    );
    return `${done}; ${counts.requests} requests, 0 failed`;
  } finally {
    await kubectl('delete', 'namespace', namespace, '--timeout=120s');
  }
}

type Counts = { requests: number; failed: number; errors: Record<string, number> };

async function readCounts(): Promise<Counts> {
  const line = await until('the counts of the load Pod', findCounts, 30);
  return JSON.parse(line) as Counts;
}

async function findCounts(): Promise<string | undefined> {
  const log = await kubectl('-n', namespace, 'logs', 'load');
  return log.split('\n').find((line) => line.startsWith('{'));
}
