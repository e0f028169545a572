import { readFile } from 'node:fs/promises';
import { ConfigError } from '@podkit/chassis/config/config';
import { describeError } from '@podkit/chassis/errors';
import { isHttpAddress, parseAddress, shownAddress } from '../credentials/address.ts';
import { allSettings } from './all-settings.ts';
import { parseCredentials } from './credential-list.ts';
import { parseGitConfigList } from './git-config-list.ts';
import { gitConfigText } from './git-config-text.ts';
import type { Options } from './schema.ts';

/** Every secret the settings themselves hold; those in files are added when they are read. */
export function listSecrets(options: Options): (string | undefined)[] {
  const {
    password,
    githubAppPrivateKey,
    triggerSecret: trigger,
    credential,
    repo = '',
    askpassUrl = '',
    webhookUrl = '',
  } = options;
  return [
    password,
    githubAppPrivateKey,
    trigger,
    ...addressSecrets(repo),
    ...addressSecrets(askpassUrl),
    ...addressSecrets(webhookUrl),
    ...credential.flatMap(parseCredentials).map((spec) => spec.password),
    // Where people put headers with tokens.
    ...parseGitConfigList(gitConfigText(options)).flatMap(({ key, value }) =>
      /header|password|token|secret/i.test(key)
        ? [value, ...value.split(/\s+/).filter((word) => word.length > 12)]
        : [],
    ),
  ];
}

/** The password in an address; a user name alone may be a token, unless it is too short to be one. */
function addressSecrets(text: string): string[] {
  const address = parseAddress(text);
  const { username = '', password } = address;
  if (password !== undefined) return [password];
  return isHttpAddress(address) && username.length > 7 ? [username] : [];
}

/**
 * Read the secret of `POST /sync`, from its file each time.
 *
 * @throws {ConfigError} when its file can't be read or the secret is too short to be one
 */
export async function readTriggerSecret({ triggerSecret, triggerSecretFile: path }: Options): Promise<string> {
  let text = triggerSecret;
  try {
    text ??= (await readFile(path ?? '', 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new ConfigError([`--trigger-secret-file: ${describeError(error)}`]);
  }
  if (text.length < 8) throw new ConfigError(['the trigger secret must have at least 8 characters']);
  return text;
}

const addresses = new Set(['repo', 'askpassUrl', 'webhookUrl']);

/** The flags given, with secrets hidden, as upstream logs them at the start. */
export function showFlags(flags: ReadonlyMap<string, string>): string[] {
  return [...flags].map(([key, text]) => {
    const setting = allSettings.find((candidate) => candidate.key === key);
    const hidden = setting?.annotation.secret === true;
    const shown = addresses.has(key) ? shownAddress(text) : text;
    return `${setting?.flag ?? key}=${hidden ? '[hidden]' : shown}`;
  });
}
