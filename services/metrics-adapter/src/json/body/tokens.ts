import { PodkitError } from '@podkit/chassis/errors';
import type { TemplateValue } from './value.ts';

export type TemplateToken =
  | { kind: 'literal'; value: TemplateValue }
  | { kind: 'field' | 'word' | 'sign'; text: string };

const grammar = /\s*(?:("(?:[^"\\]|\\.)*"|`[^`]*`)|([-+]?\d+(?:\.\d+)?)(?![\w.])|\.(\w+)|([A-Za-z_]\w*)|([|()]))/sy;

/** The tokens between `{{` and `}}`. @throws {PodkitError} ERR_TEMPLATE */
export function tokenize(action: string): TemplateToken[] {
  const tokens: TemplateToken[] = [];
  const text = action.trimEnd();
  grammar.lastIndex = 0;
  for (let at = 0; at < text.length; at = grammar.lastIndex) {
    const match = grammar.exec(text);
    if (match === null) throw new PodkitError('ERR_TEMPLATE', `"{{ ${text} }}": "${text.slice(at)}" is not valid here`);
    tokens.push(toToken(match, text));
  }
  return tokens;
}

function toToken([, quoted, number, field, word, sign = '']: RegExpExecArray, action: string): TemplateToken {
  if (quoted !== undefined) return { kind: 'literal', value: unquoteText(quoted, action) };
  if (number !== undefined) return { kind: 'literal', value: Number(number) };
  if (field !== undefined) return { kind: 'field', text: field };
  if (word === 'true' || word === 'false') return { kind: 'literal', value: word === 'true' };
  if (word === 'nil') return { kind: 'literal', value: undefined };
  return word === undefined ? { kind: 'sign', text: sign } : { kind: 'word', text: word };
}

function unquoteText(text: string, action: string): string {
  if (text.startsWith('`')) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch (cause) {
    throw new PodkitError('ERR_TEMPLATE', `"{{ ${action} }}": ${text} is not a text in quotes`, { cause });
  }
}
