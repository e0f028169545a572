import { describeError } from '@podkit/chassis/errors';
import { parseAddress } from '../credentials/address.ts';
import { parseCredentials } from './credential-list.ts';
import { readGitConfig } from './git-config-list.ts';
import type { Options } from './schema.ts';

/** Check the credentials and the git configuration. Gives a line for each problem, which never contains a value. */
export function checkCredentials(options: Options): string[] {
  const problems: string[] = [];
  const { username, password, passwordFile } = options;
  const passwords = [password, passwordFile].filter((value) => value !== undefined).length;
  if (username !== undefined && passwords !== 1)
    problems.push('--username: needs exactly one of $GITSYNC_PASSWORD and --password-file');
  if (username === undefined && passwords > 0) problems.push('--password-file and $GITSYNC_PASSWORD: need --username');
  const address = attempt('--repo', () => parseAddress(options.repo ?? ''));
  problems.push(...address);
  if (username !== undefined && address.length === 0 && parseAddress(options.repo ?? '').username !== undefined)
    problems.push('--username: --repo has a user name already');
  problems.push(...attempt('--credential', () => options.credential.flatMap(parseCredentials)));
  problems.push(...attempt('--git-config', () => readGitConfig(options)));
  if (options.askpassUrl !== undefined && !isHttpUrl(options.askpassUrl))
    problems.push('--askpass-url: must be an http or https URL');
  return [...problems, ...checkGitHubApp(options)];
}

function isHttpUrl(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}

function attempt(flag: string, parse: () => unknown): string[] {
  try {
    parse();
    return [];
  } catch (error) {
    return [`${flag}: ${describeError(error)}`];
  }
}

function checkGitHubApp(options: Options): string[] {
  const key = [options.githubAppPrivateKey, options.githubAppPrivateKeyFile].filter((value) => value !== undefined);
  const ids = [options.githubAppApplicationId !== 0, options.githubAppClientId !== undefined].filter(Boolean);
  if (key.length + ids.length === 0 && options.githubAppInstallationId === 0) return [];
  const problems: string[] = [];
  if (key.length !== 1)
    problems.push('GitHub App: needs exactly one of --github-app-private-key-file and $GITSYNC_GITHUB_APP_PRIVATE_KEY');
  if (ids.length !== 1)
    problems.push('GitHub App: needs exactly one of --github-app-application-id and --github-app-client-id');
  if (options.githubAppInstallationId === 0) problems.push('GitHub App: needs --github-app-installation-id');
  if (options.username !== undefined) problems.push('GitHub App: excludes --username');
  return problems;
}
