import { ConfigError } from '@podkit/chassis/config/config';
import { type Place, parseYaml } from '@podkit/chassis/config/yaml';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import { type BoundedRegex, type Captures, compileRegex } from '../../regex/bounded-regex.ts';
import { compileTemplate, type Template } from '../../regex/template.ts';
import type { SampleKind } from '../line/meaning.ts';
import { GlobTrie } from './glob-trie.ts';
import { type MappingDefaults, type MappingEntry, type MappingFile, mappingFileSchema } from './mapping-config.ts';
import { compileObserver, type Observer } from './observer.ts';

/** The result of a mapping for a StatsD name; `labels` override the sample's tags unless `honorLabels`. */
export type Mapped = {
  action: 'map' | 'drop';
  name: string;
  labels: [name: string, value: string][];
  honorLabels: boolean;
  help: string | undefined;
  observer: Observer;
  /** Milliseconds without a sample after which a series is removed; 0 for never. */
  ttl: number;
  scale: number;
};

type MappingRule = Omit<Mapped, 'name' | 'labels'> & { name: Template; labels: [string, Template][] };
/** The values of `match_metric_type`. A set is exposed and mapped as a gauge. */
type MappedKind = Exclude<SampleKind, 'set'>;
type RegexRule = { regex: BoundedRegex; kind: MappedKind | undefined; rule: MappingRule };

const mappedKinds: readonly MappedKind[] = ['counter', 'gauge', 'observer'];
const referencePattern = '\\$\\{?\\w+\\}?';
const globPattern = /^(?:\*|[a-zA-Z_][a-zA-Z0-9_-]*)(?:\.(?:\*|[a-zA-Z0-9_][a-zA-Z0-9_-]*))*$/;
const namePattern = new RegExp(`^(?:[a-zA-Z_]|${referencePattern})(?:[a-zA-Z0-9_]|${referencePattern})*$`);

/** The compiled mappings of a file. As in statsd_exporter all globs come before all regexes. */
export class MappingTable {
  readonly size: number;
  /** The options of names without a mapping. */
  readonly unmapped: Pick<Mapped, 'observer' | 'ttl'>;
  readonly #globs: Record<MappedKind, GlobTrie<MappingRule>>;
  readonly #regexes: RegexRule[] = [];

  constructor({ defaults = {}, mappings = [] }: MappingFile, where: (place: Place) => string = placeText) {
    this.size = mappings.length;
    this.unmapped = { observer: compileObserver({}, defaults), ttl: defaults.ttl ?? 0 };
    const ordered = !(defaults.glob_disable_ordering ?? false);
    const trie = () => new GlobTrie<MappingRule>({ ordered });
    this.#globs = { counter: trie(), gauge: trie(), observer: trie() };
    const errors: string[] = [];
    for (const [index, entry] of mappings.entries()) {
      try {
        this.#add(entry, defaults, index);
      } catch (error) {
        const key = error instanceof MappingError ? error.key : 'match';
        errors.push(`${where(['mappings', index, key])}: mappings[${index}].${key}: ${describeError(error)}`);
      }
    }
    if (errors.length > 0) throw new ConfigError(errors);
  }

  /** The first mapping for a name of a kind, with its references filled in. */
  find(name: string, sample: SampleKind): Mapped | undefined {
    const kind = sample === 'set' ? 'gauge' : sample;
    const glob = this.#globs[kind].find(name);
    if (glob) return fill(glob.rule, [name, ...glob.captures]);
    for (const { regex, kind: only, rule } of this.#regexes) {
      if (only !== undefined && only !== kind) continue;
      const match = regex.regex.exec(name);
      if (match) return fill(rule, match);
    }
    return undefined;
  }

  #add(entry: MappingEntry, defaults: MappingDefaults, index: number): void {
    check(entry, defaults);
    if ((entry.match_type || defaults.match_type || 'glob') === 'regex') {
      const regex = compileRegex(entry.match);
      this.#regexes.push({
        regex,
        kind: entry.match_metric_type,
        rule: compileMappingRule(entry, defaults, regex.groups),
      });
      return;
    }
    if (!globPattern.test(entry.match))
      throw new MappingError(
        'match',
        `"${entry.match}" is not a glob: parts of letters, digits, _ and -, or *, between dots`,
      );
    const rule = compileMappingRule(entry, defaults, []);
    for (const kind of entry.match_metric_type === undefined ? mappedKinds : [entry.match_metric_type])
      this.#globs[kind].add(entry.match, index, rule);
  }
}

/**
 * Read statsd_exporter's mapping file.
 *
 * @throws {ConfigError} with a line per error, each with file, line and column
 */
export function parseMappingFile(text: string, file: string): MappingTable {
  const { value, where } = parseYaml(mappingFileSchema, text, file);
  return new MappingTable(value, where);
}

class MappingError extends PodkitError {
  readonly key: string;

  constructor(key: string, message: string) {
    super('ERR_MAPPING', message);
    this.key = key;
  }
}

function check(entry: MappingEntry, defaults: MappingDefaults): void {
  const { name = '', labels = {} } = entry;
  if (name === '') throw new MappingError('name', 'every mapping needs a name, even one with action drop');
  if (!namePattern.test(name))
    throw new MappingError('name', `"${name}" is not a metric name with references such as $1`);
  for (const label of Object.keys(labels)) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || label.startsWith('__'))
      throw new MappingError('labels', `"${label}" is not a label name`);
  }
  const type = entry.observer_type || defaults.observer_type;
  if (type === 'histogram' && entry.summary_options)
    throw new MappingError('summary_options', 'the observer is a histogram');
  if (type === 'summary' && entry.histogram_options)
    throw new MappingError('histogram_options', 'the observer is a summary');
}

function compileMappingRule(entry: MappingEntry, defaults: MappingDefaults, groups: readonly string[]): MappingRule {
  return {
    action: entry.action || 'map',
    name: compileTemplate(entry.name ?? '', groups),
    labels: Object.entries(entry.labels ?? {}).map(([label, text]) => [label, compileTemplate(String(text), groups)]),
    honorLabels: entry.honor_labels ?? false,
    help: entry.help,
    observer: compileObserver(entry, defaults),
    ttl: entry.ttl || defaults.ttl || 0,
    scale: entry.scale ?? 1,
  };
}

function fill({ name, labels, ...rest }: MappingRule, captures: Captures): Mapped {
  return {
    ...rest,
    name: name.render(captures),
    labels: labels.map(([label, text]) => [label, text.render(captures)]),
  };
}

const placeText = (place: Place) => place.join('.');
