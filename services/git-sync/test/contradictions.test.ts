import { describe, expect, test } from 'vitest';
import { loadOptions } from '../src/config/load.ts';
import { readRepositories } from '../src/config/repositories.ts';

const findProblems = async (argv: string[], env: Record<string, string> = {}) => {
  try {
    await readRepositories(loadOptions(env, ['--repo=/x', '--root=/y', ...argv]).options);
    return '';
  } catch (error) {
    return String(error);
  }
};

describe('settings that contradict each other are refused by name', () => {
  const app = '--github-app-application-id=1 --github-app-installation-id=2 --github-app-private-key-file=/k';
  test.each([
    ['--submodules=some', '--submodules'],
    ['--depth=-1', '--depth'],
    ['--ref=', '--ref'],
    ['--ref=--upload-pack=touch x', '--ref'],
    ['--ref=a:b', '--ref'],
    ['--period=1ms', '--period'],
    ['--username=me', '--username'],
    ['--credential={"url":"https://x"}', 'username is missing'],
    ['--credential={"url":"https://x","username":"u","password":"p","extra":1}', 'unknown field "extra"'],
    ['--git-config=nonsense', '--git-config'],
    ['--git-config=a.b:\\q', 'unknown escape'],
    ['--http-metrics', '--http-bind'],
    ['--http-bind=nine', '--http-bind'],
    ['--sync-on-signal=SIGNOPE', '--sync-on-signal'],
    ['--webhook-url=http://x --webhook-timeout=10ms', '--webhook-timeout'],
    ['--link=.git/x', '--link'],
    ['--error-file=.worktrees', '--error-file'],
    ['--verify-commit', '--verify-gpg-keys-file'],
    ['--pre-publish-veto', '--pre-publish-exechook-command'],
    ['--github-app-client-id=x', 'github-app-private-key-file'],
    ['--git-gc=never', '--git-gc'],
    ['--init-period=1ms', '--init-period'],
    ['--sync-timeout=1ms', '--sync-timeout'],
    ['--exechook-command=/x --exechook-timeout=999ms', '--exechook-timeout'],
    ['--exechook-command=/x --exechook-backoff=999ms', '--exechook-backoff'],
    ['--pre-publish-exechook-command=/x --pre-publish-exechook-timeout=1ms', '--pre-publish-exechook-timeout'],
    ['--pre-publish-exechook-command=/x --pre-publish-exechook-backoff=1ms', '--pre-publish-exechook-backoff'],
    ['--webhook-url=http://x --webhook-backoff=10ms', '--webhook-backoff'],
    ['--webhook-url=http://x --webhook-success-status=-2', '--webhook-success-status'],
    ['--username=me --password=p --password-file=/p', '--username'],
    ['--username=me --password=p --repo=https://you@x/y', '--username: --repo'],
    ['--username=me --password=p --repo=https://you:pw@x/y', '--username: --repo'],
    ['--password=p', '--password-file and $GITSYNC_PASSWORD: need --username'],
    ['--password-file=/p', '--password-file and $GITSYNC_PASSWORD: need --username'],
    ['--credential={"username":"u","password":"p"}', 'url is missing'],
    ['--credential={"url":"https://x","username":"u"}', '--credential'],
    ['--credential={"url":"https://x","username":"u","password":"p","password-file":"/p"}', '--credential'],
    [`${app} --github-app-client-id=x`, '--github-app-client-id'],
    ['--github-app-application-id=1 --github-app-private-key-file=/k', '--github-app-installation-id'],
    ['--github-app-installation-id=1', '--github-app-application-id'],
    [`${app} --username=me --password=p`, '--username'],
    [`${app} --password-file=/p`, '--password-file'],
    ['--http-pprof', '--http-bind'],
    ['--stale-after=1m', '--http-bind'],
  ])('%s', async (flags, words) => {
    expect(await findProblems(flags.split(/ (?=--)/))).toContain(words);
  });

  test('an app with two private keys is refused', async () => {
    const env = { GITSYNC_GITHUB_APP_PRIVATE_KEY: 'key' };
    expect(await findProblems(app.split(' '), env)).toContain('--github-app-private-key-file');
  });

  test('limits of a hook that is not called are accepted', async () => {
    expect(await findProblems(['--exechook-timeout=1ms', '--webhook-backoff=1ms', '--webhook-success-status=-2'])).toBe(
      '',
    );
  });

  test('all problems are reported at once', async () => {
    expect((await findProblems(['--depth=-1', '--period=1ms'])).split('\n')).toHaveLength(2);
  });
});
