import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root: string = join(import.meta.dirname, '..');

/**
 * What a command needs, and so what runs it: `machine` by npm test, `docker` by npm run images:check or e2e:compose,
 * `cluster` by npm run e2e. `itself` is the run that asks.
 */
export type Need = 'machine' | 'docker' | 'cluster' | 'itself';

/** The first match counts. A command without a match is an error, so that none is left out silently. */
const needs: [Need, RegExp][] = [
  ['itself', /^npm test$/m],
  ['cluster', /\b(kubectl|k8s\/create-secret|k8s\/components|npm run (kind|e2e))\b/],
  ['docker', /\b(docker|npm run images)\b/],
  ['machine', /^([A-Z_]+=\S+ )*(npm|curl|redis-cli|mkdir|ls|git|echo|cat|printf) ?/],
];

export const findNeed = (commands: string): Need | undefined => needs.find(([, words]) => words.test(commands))?.[0];

/** A block of shell commands of a page, with the lines of output that the page shows. */
export type Block = {
  page: string;
  line: number;
  commands: string;
  expected: string[];
  /** It runs until it is stopped: the page says that what follows is for a second terminal. */
  stays: boolean;
  /** A block for a second terminal needs what the first one needs. */
  need: Need | undefined;
};

/** Files of the project whose paths match a pattern of git's. */
export const trackedFiles = (...patterns: string[]): string[] =>
  execFileSync('git', ['ls-files', ...patterns], { cwd: root })
    .toString()
    .trim()
    .split('\n');

/** Every Markdown page of the project. */
export const pages = (): string[] => trackedFiles('*.md');

/** The ```sh blocks of a page in order, each with the lines of the ```text block that follows it. */
export function findBlocks(page: string, text: string = readFileSync(join(root, page), 'utf8')): Block[] {
  const blocks: Block[] = [];
  let end = 0;
  for (const match of text.matchAll(/^```(\w*)\n(.*?)^```$/gms)) {
    const [whole, language, body = ''] = match;
    const last = blocks.at(-1);
    if (language === 'sh') {
      const isSecond = last !== undefined && /second terminal/.test(text.slice(end, match.index));
      if (isSecond) last.stays = true;
      const line = text.slice(0, match.index).split('\n').length + 1;
      const need = isSecond ? last.need : findNeed(body);
      blocks.push({ page, line, commands: body, expected: [], stays: false, need });
    } else if (language === 'text') last?.expected.push(...body.split('\n').filter((line) => line.trim() !== ''));
    end = match.index + whole.length;
  }
  return blocks;
}

/** Commands between backticks in the text and tables of a page. */
export function inlineCommands(text: string): string[] {
  const words = text
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .matchAll(/`((?:sudo )?(?:npm|npx|node|vitest|docker|kubectl) [^`\n]+)`/g);
  return [...words].map(([, command = '']) => command);
}

/** The expected lines that are in no line of the output; `…` stands for anything. */
export function missingLines(expected: readonly string[], output: string): string[] {
  return expected.filter((line) => {
    const parts = line.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    return !new RegExp(`^.*${parts.join('.*')}.*$`, 'm').test(output);
  });
}
