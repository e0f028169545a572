import { isTimestamp } from '../numbers/gate.ts';
import type { MetricType, NativeBuckets } from '../series/family.ts';
import { labelsText } from '../series/labels.ts';
import type { Snapshot } from '../series/snapshot.ts';
import { Slices } from '../slices.ts';
import { addPart, buildHistogram, buildSummary, type Composite, findParts, readExemplar } from './composite.ts';
import type { FamilyMeta } from './family-meta.ts';
import type { Visitor } from './parse.ts';
import type { Relabel } from './relabel.ts';
import type { LineRefusal, SampleLine } from './sample-line.ts';

export type CollectorOptions = {
  snapshot: Snapshot;
  relabel: Relabel;
  /** Whether timestamps of the source are kept. Without one a sample gets the time of the scrape. */
  honorTimestamps: boolean;
  onError: (reason: string) => void;
};

type Relabeled = { name: string | undefined; labels: Map<string, string>; timestamp: number | undefined };

/** Estimated bytes of a time without its labels, and of a bucket of a native histogram. */
const bytesPerTime = 150;
const bytesPerNativeBucket = 64;

/** Linters demand a HELP text. */
const noHelp = 'The source gives no help.';

const compositeTypes = new Set<MetricType>(['histogram', 'gaugehistogram', 'summary']);

/** Puts samples into a snapshot. Those of one histogram or summary become one series. */
export class ExpositionCollector implements Visitor {
  readonly #options: CollectorOptions;
  readonly #composites = new Map<string, Composite>();
  readonly #created: { name: string; labels: string; seconds: number; meta: FamilyMeta }[] = [];
  readonly #begun: { name: string; labels: string; milliseconds: number }[] = [];
  /** Samples that were read. */
  good = 0;
  bad = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  spend(bytes: number): void {
    this.#options.snapshot.spend(bytes);
  }

  refused(reason: LineRefusal): void {
    this.bad += 1;
    this.#options.onError(reason);
  }

  sample(sample: SampleLine, meta: FamilyMeta): void {
    this.good += 1;
    const { snapshot, onError } = this.#options;
    const { name, labels, timestamp } = this.#relabeled(sample) ?? {};
    if (labels === undefined) return undefined;
    if (!name) return onError('empty_name');
    const suffix = sample.name.slice(meta.name.length);
    const base = suffix !== '' && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
    const renamed = suffix !== '' && base === name;
    if (suffix === '_created' && !renamed) {
      const text = labelsText(labels);
      this.spend(bytesPerTime + 2 * text.length);
      this.#created.push({ name: base, labels: text, seconds: sample.value, meta });
      return undefined;
    }
    if (compositeTypes.has(meta.type) && !renamed) {
      const error = addPart(this.#composite(base, meta), { sample, suffix, labels, timestamp });
      return error === undefined ? undefined : onError(error);
    }
    const type = compositeTypes.has(meta.type) || suffix === '_created' ? 'unknown' : meta.type;
    const family = snapshot.family({ name, help: meta.help || noHelp, unit: meta.unit }, type);
    family?.add(labelsText(labels), { value: sample.value, timestamp, exemplar: readExemplar(sample) });
    return undefined;
  }

  /** A native histogram; `sample` has its name, labels and time. Its sum and count are samples of their own. */
  native(sample: SampleLine, native: NativeBuckets, meta: FamilyMeta): void {
    const { name, labels, timestamp } = this.#relabeled(sample) ?? {};
    if (labels === undefined || !name) return;
    this.spend(bytesPerNativeBucket * (native.positive.size + native.negative.size));
    findParts(this.#composite(name, meta), labelsText(labels), timestamp).native = native;
  }

  /** The time when the series of a protobuf metric began, which isn't a sample there. */
  begun(sample: SampleLine, milliseconds: number | undefined): void {
    if (milliseconds === undefined) return;
    const { name, labels } = this.#relabeled(sample) ?? {};
    if (labels === undefined || !name) return;
    const text = labelsText(labels);
    this.spend(bytesPerTime + 2 * text.length);
    this.#begun.push({ name, labels: text, milliseconds });
  }

  /** Add histograms and summaries, which are complete only at the end. Pauses, so that other requests are served. */
  async finish(): Promise<void> {
    const { snapshot, onError } = this.#options;
    const slices = new Slices();
    for (const { name, meta, parts } of this.#composites.values()) {
      const family = snapshot.family({ name, help: meta.help || noHelp, unit: meta.unit }, meta.type);
      for (const each of parts.values()) {
        const point = meta.type === 'summary' ? buildSummary(each) : buildHistogram(each);
        if (typeof point === 'string') onError(point);
        else family?.add(each.labels, point);
        if (slices.over) await slices.pause();
      }
    }
    for (const { name, labels, milliseconds } of this.#begun) snapshot.begun(name, labels, milliseconds);
    for (const { name, labels, seconds, meta } of this.#created) {
      const milliseconds = seconds * 1000;
      const owner = meta.type === 'counter' ? `${name}_total` : name;
      if (isTimestamp(milliseconds) && seconds >= 0 && snapshot.created(owner, labels, milliseconds)) continue;
      const family = snapshot.family({ name: `${name}_created`, help: meta.help || noHelp }, 'unknown');
      family?.add(labels, { value: seconds });
    }
  }

  /** The name, labels and time of a sample after relabelling; undefined if a rule drops it. */
  #relabeled(sample: SampleLine): Relabeled | undefined {
    const { relabel, honorTimestamps } = this.#options;
    const labels = new Map(sample.labels).set('__name__', sample.name);
    if (!relabel(labels)) return undefined;
    const name = labels.get('__name__');
    // Labels whose names begin with two underscores exist only for relabelling.
    for (const label of Array.from(labels.keys())) if (label.startsWith('__')) labels.delete(label);
    return { name, labels, timestamp: honorTimestamps ? sample.timestamp : undefined };
  }

  #composite(name: string, meta: FamilyMeta): Composite {
    const known = this.#composites.get(name);
    if (known !== undefined) return known;
    const composite = { name, meta, parts: new Map(), spend: (bytes: number) => this.spend(bytes) };
    this.#composites.set(name, composite);
    return composite;
  }
}
