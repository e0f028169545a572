import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '@podkit/chassis/config/config';
import { PodkitError } from '@podkit/chassis/errors';
import type { Options } from '../config/schema.ts';
import { runProcess } from '../process/run-process.ts';
import type { GitConfigEntry } from './config-text.ts';
import type { Git } from './git.ts';

/** Which signatures are required, and which keys may make them. */
export type SignaturePolicy = {
  commit: boolean;
  tag: boolean;
  gpgKeysFile: string | undefined;
  sshSignersFile: string | undefined;
};

export function signaturePolicy(options: Options): SignaturePolicy {
  return {
    commit: options.verifyCommit,
    tag: options.verifyTag,
    gpgKeysFile: options.verifyGpgKeysFile,
    sshSignersFile: options.verifySshSignersFile,
  };
}

/** A commit or tag without a good signature; it is never published. */
export class UnverifiedError extends PodkitError {
  constructor(what: string, options: ErrorOptions) {
    super('ERR_UNVERIFIED', `${what} has no good signature and is not published`, options);
  }
}

/** The settings by which git accepts signatures of these keys only. */
export function signatureSettings({ sshSignersFile }: SignaturePolicy): GitConfigEntry[] {
  return [
    { key: 'gpg.ssh.allowedSignersFile', value: sshSignersFile ?? '/dev/null' },
    // No X.509 signature is accepted: the system's certificates were not named as signers.
    { key: 'gpg.x509.program', value: 'false' },
    { key: 'gpg.minTrustLevel', value: 'undefined' },
  ];
}

/**
 * Make a keyring with only the keys of the file. Gives the variables that make gpg use it.
 *
 * @throws {ProcessError} when gpg is missing or finds no key in the file
 */
export async function importGpgKeys(
  directory: string,
  keysFile: string | undefined,
  env: Environment,
): Promise<Environment> {
  const home = join(directory, 'gnupg');
  await mkdir(home, { recursive: true });
  await chmod(home, 0o700);
  if (keysFile !== undefined)
    await runProcess('gpg', ['--batch', '--quiet', '--no-autostart', '--import', keysFile], {
      cwd: directory,
      env: { ...env, GNUPGHOME: home },
    });
  return { GNUPGHOME: home };
}

/** @throws {UnverifiedError} with the output of git, gpg or ssh-keygen */
export async function verifySignatures(
  git: Git,
  root: string,
  { commit, tag, ref }: SignaturePolicy & { ref: string },
  fetched: { hash: string; object: string },
  signal: AbortSignal,
): Promise<void> {
  if (tag) {
    await check(['verify-tag', fetched.object], `tag object ${fetched.object}`);
    await checkTagName(fetched.object);
  }
  if (commit) await check(['verify-commit', fetched.hash], `commit ${fetched.hash}`);

  /** The signature covers the tag's name: an old tag must not be served under a new name. */
  async function checkTagName(object: string): Promise<void> {
    const text = await git.run(['cat-file', 'tag', object], { cwd: root, signal });
    const [, name = ''] = /^tag (.*)$/m.exec(text) ?? [];
    if (name === ref.replace(/^(refs\/)?tags\//, '')) return;
    const cause = new PodkitError('ERR_TAG_NAME', `it was signed as ${name}`);
    throw new UnverifiedError(`tag ${ref}`, { cause });
  }

  async function check(args: string[], what: string): Promise<void> {
    try {
      await git.run(args, { cwd: root, signal });
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw new UnverifiedError(what, { cause });
    }
  }
}
