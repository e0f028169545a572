export type SshOptions = {
  /** A command inherited from the environment, which ours follows as upstream's does. */
  inherited?: string | undefined;
  keyFiles: readonly string[];
  knownHosts: boolean;
  knownHostsFile: string;
  verbosity: number;
};

/** The GIT_SSH_COMMAND, which git hands to a shell: every path in it is quoted. */
export function sshCommand({ inherited, keyFiles, knownHosts, knownHostsFile, verbosity }: SshOptions): string {
  const options = [
    ['StrictHostKeyChecking', knownHosts ? 'yes' : 'no'],
    ['UserKnownHostsFile', sshPath(knownHosts ? knownHostsFile : '/dev/null')],
    // Never ask, and offer no other key than those named.
    ['BatchMode', 'yes'],
    ['IdentitiesOnly', 'yes'],
    ...keyFiles.map((file) => ['IdentityFile', sshPath(file)]),
  ].flatMap(([name, value]) => ['-o', quote(`${name}=${value}`)]);
  const verbose = verbosity >= 9 ? ['-vvv'] : verbosity >= 7 ? ['-vv'] : verbosity >= 5 ? ['-v'] : [];
  return [inherited === undefined || inherited === '' ? 'ssh' : inherited, ...options, ...verbose].join(' ');
}

/** ssh takes an option's value apart at blanks, and expands `%` and `$`, unless told otherwise. */
function sshPath(path: string): string {
  return `"${path.replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
