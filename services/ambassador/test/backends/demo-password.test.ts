import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { warnAboutDemoPassword } from '../../src/backends/demo-password.ts';

function warningsFor(text: string): string[] {
  const passwordFile = join(tempDir(), 'password');
  writeFileSync(passwordFile, text);
  const warnings: string[] = [];
  warnAboutDemoPassword('orders', { passwordFile }, (message) => warnings.push(message));
  return warnings;
}

test('a store with a password of the demo says so, without the password', () => {
  const warnings = warningsFor('podkit-demo-redis\n');
  expect(warnings).toEqual([expect.stringContaining('store orders: ')]);
  expect(warnings.join('')).not.toContain('podkit-demo-redis');
});

test('a store with another password says nothing', () => {
  expect(warningsFor('mVx1')).toEqual([]);
});

test('a password file that does not exist causes no warning', () => {
  const warnings: string[] = [];
  warnAboutDemoPassword('orders', { passwordFile: '/nowhere/password' }, (message) => warnings.push(message));
  expect(warnings).toEqual([]);
});
