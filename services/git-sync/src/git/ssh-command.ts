export type SshOptions = {
  /** `GIT_SSH_COMMAND` of the Pod; our options are appended to it, as with upstream. */
  inherited?: string | undefined;
  keyFiles: readonly string[];
  knownHosts: boolean;
  knownHostsFile: string;
  verbosity: number;
  /** Timeout of a pass in milliseconds; an ssh that outlives its git ends by it too. */
  timeout: number;
};

/** The value of GIT_SSH_COMMAND. git gives it to a shell, so each option is quoted. */
export function sshCommand({
  inherited,
  keyFiles,
  knownHosts,
  knownHostsFile,
  verbosity,
  timeout,
}: SshOptions): string {
  const seconds = Math.max(1, Math.ceil(timeout / 1000));
  const options = [
    ['StrictHostKeyChecking', knownHosts ? 'yes' : 'no'],
    ['UserKnownHostsFile', sshPath(knownHosts ? knownHostsFile : '/dev/null')],
    // Never prompt, and offer only the given keys.
    ['BatchMode', 'yes'],
    ['IdentitiesOnly', 'yes'],
    ['ConnectTimeout', String(seconds)],
    ['ServerAliveInterval', String(Math.max(1, Math.ceil(seconds / 3)))],
    ['ServerAliveCountMax', '3'],
    ...keyFiles.map((file) => ['IdentityFile', sshPath(file)]),
  ].flatMap(([name, value]) => ['-o', quote(`${name}=${value}`)]);
  const verbose = verbosity >= 9 ? ['-vvv'] : verbosity >= 7 ? ['-vv'] : verbosity >= 5 ? ['-v'] : [];
  return [inherited === undefined || inherited === '' ? 'ssh' : inherited, ...options, ...verbose].join(' ');
}

/** ssh splits an option's value at blanks and expands `%`; quotes and `%%` prevent that. */
function sshPath(path: string): string {
  return `"${path.replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
