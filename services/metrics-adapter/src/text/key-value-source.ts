import { compileValue, type NumberReader } from '../numbers/read-number.ts';
import { type PullContext, PullSource, type PullTarget } from '../pull/pull-source.ts';
import { type Captures, compileRegex, type Regex } from '../regex/bounded-regex.ts';
import { compileTemplate, type Template } from '../regex/template.ts';
import { labelsText } from '../series/labels.ts';
import { Slices } from '../slices.ts';
import type { KeyValueConfig } from './config.ts';

type Config = KeyValueConfig['metrics'][number];
type KeyValueMetric = {
  config: Config;
  regex: Regex;
  name: Template;
  labels: (readonly [string, Template])[];
  toNumber: NumberReader;
};

/**
 * Reads a text of lines into a snapshot, with pauses. Lines without the separator, and keys without a metric, are
 * skipped.
 */
export type TextReader = (text: string, target: PullTarget) => Promise<void>;

/** @throws {PodkitError} ERR_REGEX, ERR_TIME */
export function compileKeyValue({
  separator,
  metrics: configs,
}: Pick<KeyValueConfig, 'separator' | 'metrics'>): TextReader {
  const metrics = configs.map(compileKeyValueMetric);
  return async (text, target) => {
    const slices = new Slices();
    for (let from = 0, to = 0; from < text.length; from = to + 1) {
      to = text.indexOf('\n', from);
      if (to === -1) to = text.length;
      const line = text.slice(from, to);
      const split = line.indexOf(separator);
      if (split === -1) continue;
      const key = line.slice(0, split).trim();
      const value = line.slice(split + separator.length).trim();
      for (const metric of metrics) {
        const match = metric.regex.exec(key);
        if (match === null) continue;
        addValue(metric, match, value, target);
        break;
      }
      if (slices.over) await slices.pause();
    }
  };
}

function compileKeyValueMetric(config: Config): KeyValueMetric {
  const { regex, groups } = compileRegex(config.match, { whole: true });
  const labels = Object.entries(config.labels).map(([name, text]) => [name, compileTemplate(text, groups)] as const);
  return { config, regex, name: compileTemplate(config.name, groups), labels, toNumber: compileValue(config) };
}

function addValue(
  { config, name, labels, toNumber }: KeyValueMetric,
  match: Captures,
  value: string,
  { snapshot, onError }: PullTarget,
): void {
  const number = toNumber(value);
  if (number === undefined) return onError('value');
  const family = snapshot.family({ name: name.render(match), help: config.help }, config.type);
  const pairs = labels.map(([label, template]) => [label, template.render(match)] as const);
  family?.add(labelsText(pairs), { value: number });
  return undefined;
}

/** A source of `key=value` lines over HTTP. @throws {PodkitError} ERR_REGEX */
export function createKeyValueSource(config: KeyValueConfig, context: PullContext): PullSource {
  const read = compileKeyValue(config);
  const decoder = new TextDecoder();
  return new PullSource({ ...context, config, read: ({ bytes }, target) => read(decoder.decode(bytes), target) });
}
