import { nearest } from '@podkit/chassis/config/nearest';
import { PodkitError } from '@podkit/chassis/errors';
import { type TemplateFunction, templateFunctions } from './body/functions.ts';
import { type TemplateToken, tokenize } from './body/tokens.ts';
import { print, type TemplateValue } from './body/value.ts';

/** Parameters of a probe's URL; each may be there several times. */
export type Parameters = ReadonlyMap<string, readonly string[]>;

/** Renders a body with the parameters of a probe. */
export type BodyTemplate = (parameters: Parameters) => string;

type Expression = (parameters: Parameters) => TemplateValue;

/** The position in the tokens of an action. */
type Cursor = { action: string; tokens: readonly TemplateToken[]; at: number };

/**
 * Compile the part of Go's templates that json_exporter's bodies need: `{{ .name }}` for a parameter, which is
 * a list, functions of Sprig, pipelines, parentheses, and `{{-` and `-}}`, which trim white space.
 *
 * @throws {PodkitError} ERR_TEMPLATE for anything else
 */
export function compileBodyTemplate(text: string): BodyTemplate {
  const trimmed = text.replaceAll(/\s*\{\{-(?=\s)/g, '{{').replaceAll(/(?<=\s)-\}\}\s*/g, '}}');
  const parts = trimmed
    .split(/\{\{(.*?)\}\}/s)
    .map((part, at) => (at % 2 === 0 ? plain(part) : compileAction(part.trim())));
  return (parameters) => parts.map((part) => part(parameters)).join('');
}

function plain(text: string): BodyTemplate {
  if (text.includes('{{')) throw new PodkitError('ERR_TEMPLATE', '"{{" has no closing "}}"');
  return () => text;
}

function compileAction(action: string): BodyTemplate {
  if (/^\/\*.*\*\/$/s.test(action)) return () => '';
  const cursor = { action, tokens: tokenize(action), at: 0 };
  const expression = pipeline(cursor);
  if (cursor.at < cursor.tokens.length) throw templateError(cursor, 'a ")" has no opening "("');
  return (parameters) => print(expression(parameters));
}

/** Commands between `|`; the value of one is the last argument of the next. */
function pipeline(cursor: Cursor): Expression {
  let expression = command(cursor);
  while (takeSign(cursor, '|')) expression = command(cursor, expression);
  return expression;
}

function command(cursor: Cursor, piped?: Expression): Expression {
  const token = cursor.tokens[cursor.at];
  if (token?.kind !== 'word') {
    const value = operand(cursor);
    if (piped !== undefined || isOperand(cursor)) throw templateError(cursor, 'only a function takes arguments');
    return value;
  }
  cursor.at += 1;
  const values: Expression[] = [];
  while (isOperand(cursor)) values.push(operand(cursor));
  if (piped !== undefined) values.push(piped);
  const { call } = findFunction(cursor, token.text, values.length);
  return (parameters) => call(...values.map((value) => value(parameters)));
}

function isOperand({ tokens, at }: Cursor): boolean {
  const token = tokens[at];
  return token !== undefined && (token.kind !== 'sign' || token.text === '(');
}

function operand(cursor: Cursor): Expression {
  if (takeSign(cursor, '(')) {
    const inner = pipeline(cursor);
    if (!takeSign(cursor, ')')) throw templateError(cursor, 'a ")" is missing');
    return inner;
  }
  const token = cursor.tokens[cursor.at];
  cursor.at += 1;
  if (token === undefined || token.kind === 'sign') throw templateError(cursor, 'a value is missing');
  if (token.kind === 'literal') return () => token.value;
  if (token.kind === 'field') return (parameters) => parameters.get(token.text) ?? [];
  const { call } = findFunction(cursor, token.text, 0);
  return () => call();
}

function takeSign(cursor: Cursor, sign: string): boolean {
  const token = cursor.tokens[cursor.at];
  const there = token?.kind === 'sign' && token.text === sign;
  if (there) cursor.at += 1;
  return there;
}

function findFunction(cursor: Cursor, name: string, count: number): TemplateFunction {
  const known = templateFunctions.get(name);
  if (known === undefined) {
    const close = nearest(name, templateFunctions.keys());
    throw templateError(cursor, `there is no function ${name}${close === undefined ? '' : `; did you mean ${close}?`}`);
  }
  if (count < known.least || count > known.most) {
    const wanted = known.most === known.least ? String(known.least) : `at least ${known.least}`;
    throw templateError(cursor, `${name} takes ${wanted} values, not ${count}`);
  }
  return known;
}

function templateError({ action }: Cursor, message: string): PodkitError {
  return new PodkitError('ERR_TEMPLATE', `"{{ ${action} }}": ${message}`);
}
