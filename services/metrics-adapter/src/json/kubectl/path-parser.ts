import { PodkitError } from '@podkit/chassis/errors';
import { compileRegex } from '../../regex/bounded-regex.ts';
import type { Json } from '../parse.ts';
import { field, filter, index, type Operator, recursive, type Step, slice, union, wildcard } from './steps.ts';

/**
 * Parses one path of kubectl's JSONPath: the text between the braces of a template.
 *
 * https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
export class PathParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @throws {PodkitError} ERR_JSONPATH, saying where */
  parse(): Step {
    const step = this.#path('');
    if (this.#at < this.#text.length) this.#fail(`unexpected "${this.#text.slice(this.#at)}"`);
    return step;
  }

  /** Steps up to a character of `ends`. */
  #path(ends: string): Step {
    const steps: Step[] = [];
    for (this.#space(); this.#at < this.#text.length; this.#space()) {
      const char = this.#text[this.#at] ?? '';
      if (ends.includes(char) && ends !== '') break;
      if (char === '$' || char === '@') this.#at += 1;
      else if (char === '[') steps.push(this.#bracket());
      else if (char === '.') steps.push(...this.#dot());
      else if (char === '"' || char === "'") steps.push(constant(this.#quoted()));
      else if (steps.length === 0) steps.push(this.#literal());
      else break;
    }
    return (values) => steps.reduce((found, step) => step(found), values);
  }

  #dot(): Step[] {
    this.#at += 1;
    if (this.#text[this.#at] === '.') {
      this.#at += 1;
      if (this.#text.startsWith('..', this.#at)) this.#fail('".." may not follow ".."');
      // After a third dot comes the name.
      if (this.#text[this.#at] === '.') this.#at += 1;
      const next = this.#text[this.#at];
      return next === '[' || next === undefined ? [recursive] : [recursive, this.#name()];
    }
    const next = this.#text[this.#at];
    // A dot alone is the value itself, and `.[0]` is `[0]`.
    return next === undefined || next === '[' || next === ' ' || next === '}' ? [] : [this.#name()];
  }

  #name(): Step {
    const name = this.#take(/(?:\\.|[^\s.[\](){}=!<>|,&"'$@])+/y);
    if (name === undefined) return this.#fail('a name is missing');
    return name === '*' ? wildcard : field(name.replaceAll(/\\(.)/g, '$1'));
  }

  #bracket(): Step {
    this.#at += 1;
    this.#space();
    if (this.#take(/\?\s*\(/y) !== undefined) return this.#filter();
    const steps = [this.#item()];
    for (this.#space(); this.#text[this.#at] === ','; this.#space()) {
      this.#at += 1;
      steps.push(this.#item());
    }
    this.#expect(']');
    return steps.length === 1 && steps[0] ? steps[0] : union(steps);
  }

  #item(): Step {
    this.#space();
    const char = this.#text[this.#at];
    if (char === '"' || char === "'") return this.#key();
    if (char === '*') {
      this.#at += 1;
      return wildcard;
    }
    const range = this.#take(/(?:-?\d+)?\s*(?::\s*(?:-?\d+)?\s*){0,2}/y) ?? '';
    const [start = '', end, step] = range.split(':').map((part) => part.trim());
    if (range.trim() === '') return this.#fail('an index, a range or a name in quotes is missing');
    if (end === undefined) return index(Number(start));
    if (step !== undefined && step !== '' && Number(step) < 1) this.#fail('a step must be above 0');
    return slice(Number(start || 0), end === '' ? undefined : Number(end), Number(step || 1));
  }

  /** A name in quotes. As in client-go it is a path; if that selects nothing, it is a name with dots. */
  #key(): Step {
    const begin = this.#at;
    const name = this.#quoted();
    const written = this.#text.slice(begin + 1, this.#at - 1);
    const parts = written.split(/(?<!\\)\./);
    if (parts.length === 1) return field(name);
    const path = parts.map((part) => field(part.replaceAll(/\\(.)/g, '$1')));
    return (values) =>
      values.flatMap((value) => {
        const found = path.reduce((reached, step) => step(reached), [value]);
        return found.length > 0 ? found : field(name)([value]);
      });
  }

  #filter(): Step {
    const left = this.#path(')=!<>');
    const operator = this.#take(/==|!=|<=|>=|=~|<|>/y);
    if (operator === '=~') {
      this.#space();
      const { regex } = compileRegex(this.#take(/\/(?:\\.|[^\\/])*\//y)?.slice(1, -1) ?? this.#quoted());
      this.#close();
      return filter(left, (text) => regex.test(text), left);
    }
    const right = operator === undefined ? left : this.#path(')');
    this.#close();
    return filter(left, (operator ?? 'exists') as Operator, right);
  }

  #close(): void {
    this.#expect(')');
    this.#expect(']');
  }

  #literal(): Step {
    const word = this.#take(/[^\s.[\](){}=!<>,"'][^\s[\](){}=!<>,"']*/y) ?? '';
    if (word === 'true' || word === 'false') return constant(word === 'true');
    if (/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(word)) return constant(Number(word));
    // kubectl accepts a name without its leading dot.
    return word === '' ? this.#fail(`unexpected "${this.#text[this.#at] ?? ''}"`) : field(word);
  }

  #quoted(): string {
    const text = this.#take(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/sy);
    if (text === undefined) return this.#fail('a text in quotes is missing or not closed');
    return unquote(text);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found === '' ? undefined : found;
  }

  #expect(char: string): void {
    this.#space();
    if (this.#text[this.#at] !== char) this.#fail(`"${char}" is missing`);
    this.#at += 1;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #fail(why: string): never {
    throw new PodkitError('ERR_JSONPATH', `JSONPath "{${this.#text}}", character ${this.#at + 1}: ${why}`);
  }
}

const constant =
  (value: Json): Step =>
  (values) =>
    values.map(() => value);

/** The text inside quotes, without escapes. */
export function unquote(text: string): string {
  const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r' };
  return text.slice(1, -1).replaceAll(/\\(.)/gs, (_all, char: string) => escapes[char] ?? char);
}
