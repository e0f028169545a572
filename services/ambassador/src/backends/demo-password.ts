import { readFileSync } from 'node:fs';
import type { CredentialSpec } from './secret-files.ts';

/**
 * Warn of a store whose password is one of compose/demo-secrets, which are public. A file that can't be read is
 * reported by the connection.
 */
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
  if (password.startsWith('podkit-demo-')) warn(`store ${name}: ${passwordFile} has a demo password, which is public`);
}
