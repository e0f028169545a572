import { freePort } from '@podkit/chassis/testing/free-port';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { startGitSync } from './fixtures/run.ts';

async function started(...flags: string[]) {
  const port = await freePort();
  const bind = `--http-bind=127.0.0.1:${port}`;
  startGitSync(['--repo=/nowhere', `--root=${tempDir()}`, '--period=20ms', '--max-failures=-1', bind, ...flags]);
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  await waitFor('HTTP', async () => (await get('/livez')).status === 200);
  return get;
}

type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string }; children?: number[] }[];
  startTime: number;
  endTime: number;
  samples: number[];
  timeDeltas: number[];
};
type HeapNode = { callFrame: { functionName: string }; selfSize: number; children: HeapNode[] };

describe('with --http-pprof', () => {
  test('takes a CPU profile as DevTools reads it, in which every sample names a node and the time adds up', async () => {
    const get = await started('--http-pprof');
    const response = await get('/debug/pprof/profile?seconds=0.3');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="git-sync.cpuprofile"');
    const { nodes, samples, timeDeltas, startTime, endTime } = (await response.json()) as CpuProfile;
    const ids = new Set(nodes.map(({ id }) => id));
    expect(samples.length).toBeGreaterThan(0);
    expect(timeDeltas).toHaveLength(samples.length);
    expect([...samples, ...nodes.flatMap(({ children = [] }) => children)].filter((id) => !ids.has(id))).toEqual([]);
    expect(nodes[0]?.callFrame.functionName).toBe('(root)');
    // Microseconds. It may only be longer than asked for.
    expect(endTime - startTime).toBeGreaterThan(250_000);
  });

  test('takes a heap profile as DevTools reads it: a tree of call frames with the bytes that each allocated', async () => {
    const get = await started('--http-pprof');
    const response = await get('/debug/pprof/heap?seconds=0.5');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="git-sync.heapprofile"');
    const { head } = (await response.json()) as { head: HeapNode };
    const all = (node: HeapNode): HeapNode[] => [node, ...node.children.flatMap(all)];
    expect(head.callFrame.functionName).toBe('(root)');
    expect(all(head).reduce((sum, { selfSize }) => sum + selfSize, 0)).toBeGreaterThan(0);
  });

  test('has an index, one profile at a time, and answers 501 for what only Go has', async () => {
    const get = await started('--http-pprof');
    const index = await get('/debug/pprof/');
    expect([index.status, await index.text()]).toEqual([200, expect.stringContaining('profile?seconds=')]);
    const statuses = await Promise.all(
      ['0.3', '0.3'].map(async (s) => (await get(`/debug/pprof/heap?seconds=${s}`)).status),
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 429]);
    expect((await get('/debug/pprof/profile?seconds=1e9')).status).toBe(400);
    expect((await get('/debug/pprof/trace')).status).toBe(501);
  });
});

test('serves no profile without --http-pprof', async () => {
  const get = await started();
  expect(await (await get('/debug/pprof/heap?seconds=0')).text()).toMatch(/^repo is not ready\n/);
});
