import { readFile } from 'node:fs/promises';
import { ConfigError } from '@podkit/chassis/config/config';
import { describeError } from '@podkit/chassis/errors';
import { isHttpAddress, parseAddress, showAddress } from '../credentials/address.ts';
import { allSettings } from './all-settings.ts';
import { parseCredentials } from './credential-list.ts';
import { DropInGrammar } from './drop-in-grammar.ts';
import { readGitConfig } from './git-config-list.ts';
import type { Options } from './schema.ts';

/** The secrets in the settings. Those in files are added when the files are read. */
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
    ...listAddressSecrets(repo),
    ...listAddressSecrets(askpassUrl),
    ...listAddressSecrets(webhookUrl),
    ...credential.flatMap(parseCredentials).map((spec) => spec.password),
    // People put headers with tokens here.
    ...readGitConfig(options).flatMap(({ key, value }) =>
      /header|password|token|secret/i.test(key)
        ? [value, ...value.split(/\s+/).filter((word) => word.length > 12)]
        : [],
    ),
  ];
}

/** The password in an address. A user name without a password may be a token, unless it is short. */
function listAddressSecrets(text: string): string[] {
  const address = parseAddress(text);
  const { username = '', password } = address;
  if (password !== undefined) return [password];
  return isHttpAddress(address) && username.length > 7 ? [username] : [];
}

/**
 * Read the secret of `POST /sync`. Its file is read again at each call.
 *
 * @throws {ConfigError} when its file can't be read or the secret is too short
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

/** The flags of a command line without their secrets, for the start-up line. */
export function listGivenFlags(argv: readonly string[]): string[] {
  const { given } = new DropInGrammar().readFlags(allSettings, argv);
  return [...given].map(([key, { texts }]) => {
    const setting = allSettings.find((candidate) => candidate.key === key);
    const text = texts.join(',');
    const hidden = setting?.annotation.secret === true;
    return `${setting?.flag ?? key}=${hidden ? '[hidden]' : addresses.has(key) ? showAddress(text) : text}`;
  });
}
