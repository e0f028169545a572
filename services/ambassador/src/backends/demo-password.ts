import { type CredentialSpec, readSecret } from './secret-files.ts';

/**
 * Warn of a store whose password is one of compose/demo-secrets, which are public. A file that can't be read is
 * reported by the connection.
 */
export function warnAboutDemoPassword(
  name: string,
  { passwordFile }: CredentialSpec,
  warn: (message: string) => void,
): void {
  try {
    if (passwordFile === undefined || !readSecret(passwordFile).startsWith('podkit-demo-')) return;
  } catch {
    return;
  }
  warn(`store ${name}: ${passwordFile} has a demo password, which is public`);
}
