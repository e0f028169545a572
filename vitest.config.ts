import { defineConfig } from 'vitest/config';

const project = (root: string, testTimeout = 20_000) => ({
  test: {
    name: root.split('/').at(-1) ?? root,
    root,
    include: ['test/**/*.test.ts'],
    testTimeout,
    hookTimeout: 60_000,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('packages/chassis'),
      project('packages/downward'),
      project('services/git-sync', 60_000),
      project('services/app'),
      project('services/ambassador'),
      project('services/metrics-adapter'),
      project('services/downward-reader'),
      project('local', 120_000),
      project('k8s', 60_000),
    ],
  },
});
