import { messageOf } from '@podkit/chassis/errors';
import { parseAddress } from '../credentials/address.ts';
import { parseCredentials } from './credential-list.ts';
import { parseGitConfigList } from './git-config-list.ts';
import { gitConfigText } from './git-config-text.ts';
import type { Options } from './schema.ts';

/** What is wrong with the credentials and the git configuration; values are never repeated. */
export function credentialFaults(options: Options): string[] {
  const faults: string[] = [];
  const { username, password, passwordFile } = options;
  const passwords = [password, passwordFile].filter((value) => value !== undefined).length;
  if (username !== undefined && passwords !== 1)
    faults.push('--username: needs exactly one of $GITSYNC_PASSWORD and --password-file');
  if (username === undefined && passwords > 0) faults.push('--password-file and $GITSYNC_PASSWORD: need --username');
  const address = attempt('--repo', () => parseAddress(options.repo ?? ''));
  faults.push(...address);
  if (username !== undefined && address.length === 0 && parseAddress(options.repo ?? '').username !== undefined)
    faults.push('--username: --repo holds a user name already');
  faults.push(...attempt('--credential', () => options.credential.flatMap(parseCredentials)));
  faults.push(...attempt('--git-config', () => parseGitConfigList(gitConfigText(options))));
  if (options.askpassUrl !== undefined && !isHttpUrl(options.askpassUrl))
    faults.push('--askpass-url: must be an http or https URL');
  return [...faults, ...githubAppFaults(options)];
}

function isHttpUrl(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}

function attempt(flag: string, parse: () => unknown): string[] {
  try {
    parse();
    return [];
  } catch (error) {
    return [`${flag}: ${messageOf(error)}`];
  }
}

function githubAppFaults(options: Options): string[] {
  const key = [options.githubAppPrivateKey, options.githubAppPrivateKeyFile].filter((value) => value !== undefined);
  const ids = [options.githubAppApplicationId !== 0, options.githubAppClientId !== undefined].filter(Boolean);
  if (key.length + ids.length === 0 && options.githubAppInstallationId === 0) return [];
  const faults: string[] = [];
  if (key.length !== 1)
    faults.push('GitHub App: needs exactly one of --github-app-private-key-file and $GITSYNC_GITHUB_APP_PRIVATE_KEY');
  if (ids.length !== 1)
    faults.push('GitHub App: needs exactly one of --github-app-application-id and --github-app-client-id');
  if (options.githubAppInstallationId === 0) faults.push('GitHub App: needs --github-app-installation-id');
  if (options.username !== undefined) faults.push('GitHub App: excludes --username');
  return faults;
}
