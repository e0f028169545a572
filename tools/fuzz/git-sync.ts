import { ok } from 'node:assert/strict';
import { parseCredentials } from '../../services/git-sync/src/config/credential-list.ts';
import { loadOptions } from '../../services/git-sync/src/config/load.ts';
import { isHttpAddress, parseAddress } from '../../services/git-sync/src/credentials/address.ts';
import { concerns, parsePush } from '../../services/git-sync/src/http/pushed-ref.ts';
import { runTarget, type Target } from './target.ts';

/** Read a text whose password is hunter2. @throws an AssertionError where the error repeats it; else that error */
function withoutPassword<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    // The name of an unknown field is shown, as upstream shows it; no value is.
    const shown = (error as Error).message.replaceAll(/unknown field "(?:\\.|[^"\\])*"/g, '');
    ok(!shown.includes('hunter2'), 'an error says a password');
    throw error;
  }
}

/** A line for each word of the command line: taken, or refused as git-sync refuses. */
const flags: Target = {
  tokens: [
    '--repo',
    '=',
    '\n',
    '-v',
    '--',
    '--ref',
    '--period',
    '1s',
    '1h1m',
    '--depth',
    '0x1',
    '-1',
    'true',
    '--one-time',
    '--git-config',
    'a:b,"c d":e',
    '--credential',
    '{"url":"https://a"}',
    '--root=/r',
    '--max-failures',
    'https://u:p@h/x',
  ],
  examples: [
    '--repo=https://h/x\n--root=/r\n--period=1m',
    '--repo\nfile:///x\n--git-config=a.b:c,"d.e":"f g"\n-v=3',
    '--one-time\n--link=x\n--submodules=off',
  ],
  check: (text) => {
    try {
      withoutPassword(() => loadOptions({}, text.split('\n')));
    } catch (error) {
      if (!['UsageError', 'ConfigError'].includes((error as Error).name)) throw error;
    }
  },
};

/** Credentials and addresses: no error repeats the password, and no address keeps a user. */
const credentials: Target = {
  tokens: [
    '{',
    '}',
    '[',
    ']',
    '"url"',
    '"username"',
    '"password"',
    '"password-file"',
    ':',
    ',',
    '"https://h"',
    '"hunter2"',
    'https://',
    'u:hunter2@',
    'h/x',
    '%',
    '@',
    'git@h:x',
  ],
  examples: [
    '[{"url":"https://h","username":"u","password":"hunter2"}]',
    '{"url":"https://h","username":"u","password-file":"/p"}',
    'https://u:hunter2@h/x',
    'ssh://git@h:22/x',
  ],
  check: (text) => {
    for (const read of [() => void parseCredentials(text), () => checkAddress(text)])
      runTarget(() => withoutPassword(read), ['ERR_CREDENTIAL', 'ERR_ADDRESS']);
  },
};

function checkAddress(text: string): void {
  const address = parseAddress(text);
  ok(!(isHttpAddress(address) && /^https?:\/\/[^/?#]*@/.test(address.bare)), `${address.bare} keeps a user`);
}

/** The bodies of webhooks of GitHub, GitLab, Gitea and Bitbucket: a ref is read or nothing is known, whatever they hold. */
const webhooks: Target = {
  tokens: [
    '{',
    '}',
    '[',
    ']',
    '"ref"',
    ':',
    ',',
    '"refs/heads/main"',
    '"push"',
    '"changes"',
    '"new"',
    '"type"',
    '"tag"',
    '"name"',
    'null',
    '1',
    'payload=',
    '%7B',
    '"repository"',
    '"default_branch"',
  ],
  examples: [
    '{"ref":"refs/heads/main","repository":{"default_branch":"main"}}',
    '{"push":{"changes":[{"new":{"type":"branch","name":"main"}}]}}',
    'payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D',
    '{"ref":"refs/tags/v1","project":{"default_branch":"main"}}',
  ],
  check: (text) => {
    const push = parsePush(Buffer.from(text));
    for (const value of [push.ref, push.defaultBranch]) ok(value === undefined || typeof value === 'string');
    for (const followed of ['HEAD', 'main', 'v1']) ok(typeof concerns(push, followed) === 'boolean');
  },
};

export const gitSync: Record<string, Target> = { flags, credentials, webhooks };
