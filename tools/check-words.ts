import { spawnSync } from 'node:child_process';

/**
 * `node tools/run.mjs tools/check-words.ts`: fail if a file of the repository has a word for which docs/glossary.md has a better one. A word
 * counts by itself and inside a name: `door`, `Doors`, `redisDoor`, `DOOR_PORT`.
 */
const better: Record<string, string> = {
  door: 'listener, or endpoint',
  lane: 'connection, or queue',
  outlet: 'sink',
  patience: 'timeout',
  tier: 'near cache, or layer',
  told: 'notified, configured, or what happens in plain words',
};
const skipped = ['package-lock.json', 'CHANGELOG.md', 'tools/check-words.ts'];
/** Names that clients rely on, and labels of others. */
const kept = /x-podkit-tier|label_tier|'tier'/;

const alone = (word: string) => `(^|[^a-zA-Z])${word}s?([^a-z]|$)`;
const capital = (word: string) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
const inName = (word: string) => `[a-z]${capital(word)}s?([^a-z]|$)`;

let found = 0;
for (const [word, instead] of Object.entries(better)) {
  const forms = [word, capital(word), word.toUpperCase()].map(alone);
  const pattern = [...forms, inName(word)].join('|');
  const files = skipped.map((file) => `:!${file}`);
  const { status, stdout, stderr } = spawnSync('git', ['grep', '-nIE', pattern, '--', '.', ...files], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  // 1: nothing found.
  if (status !== 0 && status !== 1) throw new Error(`git grep: ${stderr}`);
  const lines = stdout.split('\n').filter((line) => line !== '' && !kept.test(line));
  for (const line of lines) console.log(`${line.slice(0, 160)}\n  ${word}: say ${instead}`);
  found += lines.length;
}
process.exitCode = found === 0 ? 0 : 1;
