import { createHash } from 'node:crypto';
import { strict } from '@podkit/chassis/config/strict';
import { type Static, Type } from 'typebox';
import { oneOf } from '../config/one-of.ts';
import { compileRegex, type Regex } from '../regex/bounded-regex.ts';
import { compileTemplate, type Template } from '../regex/template.ts';

const actions = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;

/** Rules of Prometheus: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config */
export const relabelSchema = strict({
  source_labels: Type.Array(Type.String(), {
    default: [],
    description: 'Labels whose values are joined; `__name__` is the metric.',
  }),
  separator: Type.String({ default: ';', description: 'Separator of joined values.' }),
  target_label: Type.Optional(Type.String({ description: 'Label to write.' })),
  regex: Type.String({ default: '(.*)', description: 'Regex that must match the joined values as a whole.' }),
  modulus: Type.Optional(Type.Integer({ minimum: 1, description: 'For hashmod.' })),
  replacement: Type.String({ default: '$1', description: 'New value, with references to captures.' }),
  action: oneOf(actions, { default: 'replace' }),
});
export type RelabelConfig = Static<typeof relabelSchema>;

/** Changes labels (with the metric's name as `__name__`) in place. Returns false if the sample is dropped. */
export type Relabel = (labels: Map<string, string>) => boolean;

/** Compile rules into one function. They apply in order until one drops the sample. @throws {PodkitError} ERR_REGEX */
export function compileRelabel(configs: readonly RelabelConfig[]): Relabel {
  const rules = configs.map(compileRelabelRule);
  return (labels) => rules.every((rule) => rule(labels));
}

function compileRelabelRule(config: RelabelConfig): Relabel {
  const { regex, groups } = compileRegex(config.regex, { whole: true });
  const { action, source_labels: sources, separator, target_label: target = '', modulus = 1 } = config;
  const joined = (labels: ReadonlyMap<string, string>) => sources.map((name) => labels.get(name) ?? '').join(separator);
  const write = (labels: Map<string, string>, value: string) => put(labels, target, value);
  switch (action) {
    case 'keep':
      return (labels) => regex.test(joined(labels));
    case 'drop':
      return (labels) => !regex.test(joined(labels));
    case 'keepequal':
      return (labels) => joined(labels) === (labels.get(target) ?? '');
    case 'dropequal':
      return (labels) => joined(labels) !== (labels.get(target) ?? '');
    case 'lowercase':
      return (labels) => write(labels, joined(labels).toLowerCase());
    case 'uppercase':
      return (labels) => write(labels, joined(labels).toUpperCase());
    case 'hashmod':
      return (labels) => write(labels, String(hashLabel(joined(labels)) % BigInt(modulus)));
    case 'labeldrop':
      return (labels) => removeNames(labels, (name) => regex.test(name));
    case 'labelkeep':
      return (labels) => removeNames(labels, (name) => !regex.test(name));
    case 'labelmap':
      return mapNames(regex, compileTemplate(config.replacement, groups));
    default:
      return replace({ regex, groups, config, joined });
  }
}

type Replace = {
  regex: Regex;
  groups: readonly string[];
  config: RelabelConfig;
  joined: (labels: ReadonlyMap<string, string>) => string;
};

function replace({ regex, groups, config, joined }: Replace): Relabel {
  const value = compileTemplate(config.replacement, groups);
  const target = compileTemplate(config.target_label ?? '', groups);
  return (labels) => {
    const match = regex.exec(joined(labels));
    return match === null || put(labels, target.render(match), value.render(match));
  };
}

function mapNames(regex: Regex, template: Template): Relabel {
  return (labels) => {
    for (const [name, value] of Array.from(labels)) {
      const match = regex.exec(name);
      if (match !== null) labels.set(template.render(match), value);
    }
    return true;
  };
}

/** An empty value removes the label. */
function put(labels: Map<string, string>, name: string, value: string): true {
  if (value === '') labels.delete(name);
  else if (name !== '') labels.set(name, value);
  return true;
}

function removeNames(labels: Map<string, string>, isRemoved: (name: string) => boolean): true {
  for (const name of Array.from(labels.keys())) if (name !== '__name__' && isRemoved(name)) labels.delete(name);
  return true;
}

/** The last eight bytes of the MD5 as a number, as in Prometheus. Nothing depends on its secrecy. */
function hashLabel(text: string): bigint {
  return createHash('md5').update(text).digest().readBigUInt64BE(8);
}
