import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { deadline } from './packages/chassis/testing/deadline.ts';

// Longer than any wait in a test, so that the wait fails first and says for what.
const timeout = deadline(120_000);

const project = (root: string) => ({
  test: {
    name: root.split('/').at(-1) ?? root,
    root,
    include: ['test/**/*.test.ts'],
    testTimeout: timeout,
    hookTimeout: timeout,
    // No module keeps state, so the files of a project can share a process. It loads its modules once, which saves 40 % of CPU time.
    isolate: false,
  },
});

export default defineConfig({
  test: {
    // On a small machine more than there are cores, because tests mostly wait for processes.
    maxWorkers: Math.max(4, availableParallelism()),
    projects: [
      project('packages/chassis'),
      project('packages/downward'),
      project('services/git-sync'),
      project('services/app'),
      project('services/ambassador'),
      project('services/metrics-adapter'),
      project('services/downward-reader'),
      project('local'),
      project('k8s'),
    ],
  },
});
