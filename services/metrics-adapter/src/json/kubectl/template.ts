import { PodkitError } from '@podkit/chassis/errors';
import type { Json } from '../parse.ts';
import { toLabel } from '../value.ts';
import { PathParser, unquote } from './path-parser.ts';
import type { Step } from './steps.ts';

type TemplatePart = { text: string } | { path: Step } | { range: Step; body: TemplatePart[] };

/** A template of kubectl: text with paths in braces. */
export type KubectlTemplate = {
  /** The values that its paths select, in order. A text without paths is one value. */
  values(document: Json): Json[];
  /** The template as a text. Several values of a path are joined by spaces. */
  text(document: Json): string;
};

const token = /\{((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^{}"'])*)\}|[^{]+|\{/gs;

/**
 * Compile a template of kubectl, as in the configuration of json_exporter: `planet-{.location}`,
 * `{range .items[*]}{.name}{end}`. https://kubernetes.io/docs/reference/kubectl/jsonpath/
 *
 * @throws {PodkitError} ERR_JSONPATH
 */
export function compileKubectl(template: string): KubectlTemplate {
  const parts = splitTemplate(template);
  const text = (document: Json) => render(parts, document);
  const fixed = parts.every((part) => 'text' in part) ? text(null) : undefined;
  const values = (document: Json) => (fixed === undefined ? collect(parts, document) : [fixed]);
  return { values, text };
}

function splitTemplate(template: string): TemplatePart[] {
  const root: TemplatePart[] = [];
  const open: TemplatePart[][] = [root];
  const fail = (why: string): never => {
    throw new PodkitError('ERR_JSONPATH', `JSONPath "${template}": ${why}`);
  };
  for (const [all, inside] of template.matchAll(token)) {
    const body = open.at(-1) ?? root;
    const action = inside?.trim();
    if (action === undefined) body.push(all === '{' ? fail('a brace is not closed') : { text: all });
    else if (/^("|').*\1$/s.test(action) && !/^(["']).*\1\s*\S.*\1$/s.test(action))
      body.push({ text: unquote(action) });
    else if (/^range\s/.test(action)) {
      const range = { range: new PathParser(action.slice(6)).parse(), body: [] };
      body.push(range);
      open.push(range.body);
    } else if (action === 'end') {
      if (open.length === 1) fail('{end} without {range}');
      open.pop();
    } else body.push({ path: new PathParser(inside ?? '').parse() });
  }
  if (open.length > 1) fail('{range} without {end}');
  return root;
}

function render(parts: readonly TemplatePart[], document: Json): string {
  let text = '';
  for (const part of parts) {
    if ('text' in part) text += part.text;
    else if ('path' in part) text += part.path([document]).map(toLabel).join(' ');
    else for (const item of part.range([document])) text += render(part.body, item);
  }
  return text;
}

function collect(parts: readonly TemplatePart[], document: Json): Json[] {
  return parts.flatMap((part) => {
    if ('text' in part) return [];
    return 'path' in part ? part.path([document]) : part.range([document]).flatMap((item) => collect(part.body, item));
  });
}
