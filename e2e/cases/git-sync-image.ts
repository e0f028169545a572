import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localImage } from '../../tools/image-set.ts';
import { type Case, expect } from '../case.ts';
import { Container } from '../container.ts';
import { attempt, run } from '../run.ts';

/** Options of a container as OpenShift and strict clusters run it: read-only root, no capabilities, no /dev/shm. */
export const hardened = [
  '--read-only',
  '--tmpfs=/tmp',
  '--ipc=none',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
];
const uids = ['50000', '1000680000'];
export const [, openShift = ''] = uids;

/** Create a signed and an unsigned commit, a submodule and a Git LFS file with the image's own git and gpg. */
const makeRepositories = `set -e
export HOME=/tmp GNUPGHOME=/tmp/gnupg
mkdir -m 700 /tmp/gnupg
gpg --batch --quiet --passphrase '' --quick-generate-key 'you <you@localhost>' ed25519 sign never
gpg --armor --export > keys.asc
git config --global user.name you
git config --global user.email you@localhost
git config --global init.defaultBranch main
git config --global protocol.file.allow always
git init -q part
echo part > part/part.txt
git -C part add .
git -C part commit -q -m part
git init -q site
cd site
git config uploadpack.allowAnySHA1InWant true
mkdir a
echo one > a/one.txt
echo two > two.txt
git add .
git commit -q -S -m signed
git branch signed
git submodule --quiet add /w/part part
git commit -q -m unsigned
git checkout -q -b large
git lfs install --local > /dev/null
git lfs track '*.bin' > /dev/null
echo large > large.bin
git add .
git commit -q -m large
git checkout -q main
gpgconf --kill all
cat > /w/several.yaml <<'END'
repositories:
- {name: a, repo: /w/site, ref: main, root: /w/several/a, link: x}
- {name: b, repo: /w/part, ref: main, root: /w/several/b, link: x}
END
cat > /w/hook.sh <<'END'
#!/bin/sh
echo "$GITSYNC_HASH $(id -un)" > /w/hook.txt
curl --version >> /w/hook.txt
git lfs version >> /w/hook.txt
END
echo /two.txt > /w/patterns
chmod a+x /w/hook.sh
chmod -R a+rwX /w/*`;

// Allow repositories of another user, and submodules that are paths.
const allow = '--git-config=protocol.file.allow:always,safe.directory:*';
const site = ['--repo=file:///w/site', '--ref=main', '--link=x', allow];
const once = ['--one-time', '--period=1s'];

const one = (name: string, work: () => Promise<string>): Case => ({ name: `image git-sync: ${name}`, run: work });

/** Test with the built image what git-sync's README promises. */
export function gitSyncImageCases(): Case[] {
  const image = localImage('git-sync');
  const folder = mkdtempSync(join(tmpdir(), 'podkit-git-sync-image-'));
  chmodSync(folder, 0o777);
  const volume = ['-v', `${folder}:/w`, '-w', '/w'];
  const shell = (script: string, uid = '0') =>
    run('docker', ['run', '--rm', ...volume, `--user=${uid}:0`, '--entrypoint=sh', image, '-c', script]);
  const sync = (name: string, words: string[], { uid = openShift, rules = hardened } = {}) => {
    const root = join(folder, name);
    mkdirSync(root, { recursive: true });
    chmodSync(root, 0o777);
    return attempt('docker', [
      'run',
      '--rm',
      ...rules,
      ...volume,
      `--user=${uid}:0`,
      image,
      `--root=/w/${name}`,
      ...words,
    ]);
  };
  const shown = async (command: string) => (await shell(`${command} 2>&1 || true`)).trim();
  const expectSynced = async (name: string, words: string[], command: string, expected: string, options = {}) => {
    const { code, output } = await sync(name, words, options);
    expect(code === 0, `it ended with ${code}: ${output}`);
    const found = await shown(`cd /w/${name} && ${command}`);
    expect(found === expected, `${command} gave ${found} instead of ${expected}`);
    return found;
  };
  return [
    one('the test repositories are created', async () => {
      await shell(makeRepositories, openShift);
      return 'signed and unsigned commits, a submodule, a Git LFS file';
    }),
    ...uids.map((uid) =>
      one(`syncs a submodule as user ${uid}`, () =>
        expectSynced(`user-${uid}`, [...site, ...once], 'cat x/part/part.txt', 'part', { uid }),
      ),
    ),
    // From a path, git-lfs reads only files of the same user.
    one('syncs a Git LFS file', () =>
      expectSynced('large', [...site, ...once, '--ref=large'], 'cat x/large.bin', 'large'),
    ),
    ...uids.map((uid) =>
      one(`runs a hook that uses curl and git-lfs as user ${uid}, with --add-user`, async () => {
        const words = [...site, ...once, '--add-user', '--exechook-command=/w/hook.sh'];
        // --add-user writes to /etc/passwd, so the root is writable here.
        const { code, output } = await sync(`added-${uid}`, words, { uid, rules: [] });
        expect(code === 0, `it ended with ${code}: ${output}`);
        const said = await shown('cat /w/hook.txt && rm /w/hook.txt');
        expect(/^[0-9a-f]{40} [a-z]\S*\ncurl [\s\S]*git-lfs\//.test(said), `the hook wrote ${said}`);
        return said.split('\n')[0] ?? '';
      }),
    ),
    one('syncs two repositories with --config-file', async () => {
      const { code, output } = await sync('several', ['--config-file=/w/several.yaml', allow, ...once]);
      expect(code === 0, `it ended with ${code}: ${output}`);
      const found = await shown('cat /w/several/a/x/two.txt /w/several/b/x/part.txt');
      expect(found === 'two\npart', `it published ${found}`);
      return 'both published';
    }),
    one('accepts only a signed commit with --verify-gpg-keys-file', async () => {
      const flags = ['--verify-commit', '--verify-gpg-keys-file=/w/keys.asc', ...once];
      const refused = await sync('unsigned', [...site, ...flags]);
      expect(refused.code === 1 && refused.output.includes('has no good signature'), `it ended with ${refused.code}`);
      return expectSynced('signed', [...site, ...flags, '--ref=signed'], 'cat x/two.txt', 'two');
    }),
    one('publishes a directory with --publish=copy', () =>
      expectSynced('copy', [...site, ...once, '--publish=copy'], 'stat -c %F x', 'directory'),
    ),
    one('checks out only the patterns of --sparse-checkout-file', () =>
      expectSynced(
        'sparse',
        [...site, ...once, '--sparse-checkout-file=/w/patterns', '--submodules=off'],
        'ls x',
        'two.txt',
      ),
    ),
    one('signs a request for a token of a GitHub App', async () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      writeFileSync(join(folder, 'app.pem'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
      const flags = ['client-id=a', 'installation-id=1', 'private-key-file=/w/app.pem'].map(
        (flag) => `--github-app-${flag}`,
      );
      // Nothing listens there. The request is signed before.
      const words = ['--repo=https://git.invalid/site', '--github-base-url=http://127.0.0.1:9/', ...flags, ...once];
      const { code, output } = await sync('app', words);
      expect(code === 1 && output.includes('cannot reach http://127.0.0.1:9'), `it ended with ${code}: ${output}`);
      return 'signed, and sent to nobody';
    }),
    one('answers POST /sync while it follows a full hash, and exits on SIGTERM', () =>
      answersAfterTrigger(image, folder),
    ),
    one('the test repositories are removed', async () => {
      await shell('rm -rf /w/*');
      rmSync(folder, { recursive: true });
      return 'nothing is left';
    }),
  ];
}

async function answersAfterTrigger(image: string, folder: string): Promise<string> {
  const hash = (await run('git', ['-c', 'safe.directory=*', '-C', join(folder, 'site'), 'rev-parse', 'main'])).trim();
  const secret = 'correct horse';
  const options = [
    '--ipc=none',
    `--user=${openShift}:0`,
    '-v',
    `${folder}:/w`,
    '-e',
    `GITSYNC_TRIGGER_SECRET=${secret}`,
  ];
  mkdirSync(join(folder, 'hash'));
  chmodSync(join(folder, 'hash'), 0o777);
  const words = [...site, '--root=/w/hash', `--ref=${hash}`, '--http-bind=:9376', '--http-metrics', '--http-pprof'];
  const container = await Container.start(image, 9376, options, words);
  try {
    await container.untilReady('/');
    for (let time = 0; time < 3; time += 1)
      await container.expectStatus('/sync', 202, { method: 'POST', headers: { authorization: `Bearer ${secret}` } });
    await container.expectStatus('/livez', 200);
    await container.expectStatus('/metrics', 200);
    await container.expectStatus('/debug/pprof/heap?seconds=1', 200);
    const { exitCode, milliseconds } = await container.stop();
    expect(exitCode === 0, `it ended with ${exitCode}: ${await container.logs()}`);
    return `stopped with 0 after ${milliseconds} ms`;
  } finally {
    await container.remove();
  }
}
