import { PodkitError } from '@podkit/chassis/errors';
import type { GitConfigEntry } from '../git/config-text.ts';
import type { Options } from './schema.ts';

const escapes: Record<string, string> = { n: '\n', t: '\t', '"': '"', ',': ',', '\\': '\\' };

/** The entries of `--git-config` and of every `--git-config-add`. @throws {PodkitError} ERR_GIT_CONFIG */
export function readGitConfig({ gitConfig, gitConfigAdd }: Pick<Options, 'gitConfig' | 'gitConfigAdd'>) {
  return parseGitConfigList([...(gitConfig === undefined ? [] : [gitConfig]), ...gitConfigAdd].join(','));
}

/**
 * Parse `--git-config`: `section.key:value,"section.sub.key":"value"`. A quoted key or value, and an
 * unquoted value, may have the escapes `\n \t \" \, \\`; an unquoted key ends at its first colon.
 *
 * @throws {PodkitError} ERR_GIT_CONFIG, which never repeats a value, since values may be secrets
 */
export function parseGitConfigList(text: string): GitConfigEntry[] {
  const entries: GitConfigEntry[] = [];
  let at = skipBlanks(text, 0);
  while (at < text.length) {
    const key = text[at] === '"' ? readQuoted(text, at + 1, 'key') : readBareKey(text, at);
    if (text[key.end] !== ':') throw gitConfigError(`key "${key.value}" is not followed by a colon`);
    const from = key.end + 1;
    const value = text[from] === '"' ? readQuoted(text, from + 1, 'value') : readBareValue(text, from);
    if (value.end < text.length && text[value.end] !== ',')
      throw gitConfigError(`the value of "${key.value}" is not followed by a comma`);
    entries.push({ key: checkKey(key.value), value: value.value });
    at = skipBlanks(text, value.end + 1);
  }
  return entries;
}

type Token = { value: string; end: number };

function readBareKey(text: string, from: number): Token {
  const end = text.indexOf(':', from);
  return { value: text.slice(from, end === -1 ? text.length : end), end: end === -1 ? text.length : end };
}

function readBareValue(text: string, from: number): Token {
  return readUntil(text, from, ',');
}

function readQuoted(text: string, from: number, what: string): Token {
  const token = readUntil(text, from, '"');
  if (text[token.end] !== '"') throw gitConfigError(`a quoted ${what} has no closing quote`);
  return { value: token.value, end: token.end + 1 };
}

function readUntil(text: string, from: number, stop: string): Token {
  let value = '';
  let at = from;
  while (at < text.length && text[at] !== stop) {
    if (text[at] === '\\') {
      const replacement = escapes[text[at + 1] ?? ''];
      if (replacement === undefined) throw gitConfigError(`unknown escape \\${text[at + 1] ?? ''}`);
      value += replacement;
      at += 2;
    } else {
      value += text[at];
      at += 1;
    }
  }
  return { value, end: at };
}

/** git requires a section and a name: https://git-scm.com/docs/git-config#_syntax */
function checkKey(key: string): string {
  if (!/^[A-Za-z0-9-]+\.(.*\.)?[A-Za-z][A-Za-z0-9-]*$/s.test(key) || /[\n\0]/.test(key))
    throw gitConfigError(`key ${JSON.stringify(key)} is not of the form section.name or section.sub.name`);
  return key;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at += 1;
  return at;
}

const gitConfigError = (why: string) => new PodkitError('ERR_GIT_CONFIG', why);
