import { readFileSync } from 'node:fs';
import { isDemoSecret } from '@podkit/chassis/config/demo-secret';
import type { CredentialSpec } from './secret-files.ts';

/** Warn of a store whose password is one of the demo's. A file that can't be read is the connection's concern. */
export function warnAboutDemoPassword(
  name: string,
  { passwordFile }: CredentialSpec,
  warn: (message: string) => void,
): void {
  if (passwordFile === undefined) return;
  let password: string;
  try {
    password = readFileSync(passwordFile, 'utf8');
  } catch {
    return;
  }
  if (isDemoSecret(password)) warn(`store ${name}: ${passwordFile} has a demo password, which everybody knows`);
}
