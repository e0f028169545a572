import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';
import { expect, onTestFinished, test } from 'vitest';
import { Reader } from '../src/document/reader.ts';

const swaps = Number(process.env.PODKIT_SWAPS ?? 1000);

const files = (round: number) => ({
  labels: `round="${round}"`,
  annotations: `round="${round}"`,
  'limits/cpu_m': String(round),
});

test(`follows ${swaps} swaps without a torn snapshot and without missing the last state`, {
  timeout: 300_000,
}, async () => {
  const directory = tempDir();
  await writeVolume(directory, files(0));
  const reader = new Reader({
    directory,
    env: {},
    divisors: { cpu: '1m', memory: '1Mi' },
    cgroupRoot: '/nowhere',
    tune: { runtime: 'node', memoryShare: 75, pools: [], override: false },
    poll: 60_000,
  });
  const errors: unknown[] = [];
  onTestFinished(await reader.start((error) => errors.push(error)));
  const torn: string[] = [];
  reader.onChange(() => {
    const { labels, annotations, files: rest } = reader.document;
    const seen = [labels?.values.round, annotations?.values.round, rest['limits/cpu_m']];
    if (new Set(seen).size !== 1) torn.push(seen.join());
  });
  for (let round = 1; round <= swaps; round += 1) await writeVolume(directory, files(round));
  await waitFor('the last state', () => reader.document.labels?.values.round === String(swaps), { timeout: 5000 });
  expect({ errors, torn }).toEqual({ errors: [], torn: [] });
});
