import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function openssl(...words: string[]): void {
  const { status, stderr } = spawnSync('openssl', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${words[0] ?? ''}: ${stderr}`);
}

const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An authority of our own in a folder, and what it signs: PEM files. */
export function makeAuthority(folder: string, name: string) {
  const cert = join(folder, `${name}.crt`);
  const key = join(folder, `${name}.key`);
  openssl('req', '-x509', ...elliptic, '-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert);
  return {
    cert,
    /** A certificate for these names, such as `DNS:localhost,IP:127.0.0.1`. */
    sign: (subject: string, names: string): { cert: string; key: string } => {
      const own = (suffix: string) => join(folder, `${subject}.${suffix}`);
      openssl('req', ...elliptic, '-subj', `/CN=${subject}`, '-keyout', own('key'), '-out', own('csr'));
      writeFileSync(own('ext'), `subjectAltName=${names}\n`);
      const by = ['-CA', cert, '-CAkey', key, '-CAcreateserial', '-extfile', own('ext')];
      openssl('x509', '-req', '-in', own('csr'), ...by, '-days', '2', '-out', own('crt'));
      chmodSync(own('key'), 0o600);
      return { cert: own('crt'), key: own('key') };
    },
  };
}
