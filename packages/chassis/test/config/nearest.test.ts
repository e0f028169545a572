import { expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';

test('finds the word that was probably meant', () => {
  expect(nearest('GITSYNC_PEROID', ['GITSYNC_REPO', 'GITSYNC_PERIOD'])).toBe('GITSYNC_PERIOD');
});

test('finds none where nothing is close', () => {
  expect(nearest('something-else', ['port', 'host'])).toBeUndefined();
});
