import { describeError } from '@podkit/chassis/errors';
import type { HttpClient } from '@podkit/chassis/http/client';
import { readFromContainer } from './ask-container.ts';
import { cut } from './cut.ts';

type Values = Record<string, string>;
/** What the page shows of the downward-reader's answer, with long texts cut. */
export type Downward =
  | { ok: true; labels: Values; annotations: Values; fields: Field[]; tuning: unknown; warnings: unknown }
  | { ok: false; error: string };
type Field = { name: string; value: unknown; source: string };

/** The part of the downward-reader's document that is used here. */
type DownwardDocument = {
  labels?: { values?: Values };
  annotations?: { values?: Values };
  fields?: Field[];
  tuning?: unknown;
  warnings?: unknown;
};

/** Fields that the page shows as labels and annotations. */
const shownElsewhere = new Set(['metadata.labels', 'metadata.annotations']);

/** Asks the downward-reader, and reports changes of labels and annotations. */
export class DownwardWatch {
  readonly #client: HttpClient;
  readonly #url: string;
  readonly #onChange: (text: string) => void;
  #known: Downward = { ok: false, error: 'not asked yet' };
  #values: { label: Values; annotation: Values } | undefined;

  constructor(client: HttpClient, url: string, onChange: (text: string) => void) {
    this.#client = client;
    this.#url = url;
    this.#onChange = onChange;
  }

  get known(): Downward {
    return this.#known;
  }

  /** Never throws: without a response, `known` has the error. */
  async ask(): Promise<void> {
    try {
      const text = await readFromContainer(this.#client, this.#url, 'application/json');
      this.#take(JSON.parse(text) as DownwardDocument);
    } catch (error) {
      this.#known = { ok: false, error: describeError(error) };
    }
  }

  #take({ labels, annotations, fields = [], tuning = {}, warnings = [] }: DownwardDocument): void {
    const values = { label: labels?.values ?? {}, annotation: annotations?.values ?? {} };
    if (this.#values !== undefined) for (const text of describeChanges(this.#values, values)) this.#onChange(text);
    this.#values = values;
    const shown = fields
      .filter(({ name, source }) => source !== 'none' && !shownElsewhere.has(name))
      .map(({ name, value, source }) => ({ name, value, source }));
    const known = { labels: values.label, annotations: values.annotation, fields: shown, tuning, warnings };
    this.#known = { ok: true, ...(cut(known) as typeof known) };
  }
}

type Kinds = { label: Values; annotation: Values };

/** At most 20 lines. Values of annotations are left out: they may be long or confidential. */
function describeChanges(before: Kinds, now: Kinds): string[] {
  const lines: string[] = [];
  for (const kind of ['label', 'annotation'] as const) {
    for (const name of new Set([...Object.keys(before[kind]), ...Object.keys(now[kind])])) {
      const old = before[kind][name];
      const value = now[kind][name];
      if (old === value) continue;
      const to = kind === 'label' && value !== undefined ? ` to ${value}` : '';
      lines.push(`${kind} ${name} ${old === undefined ? 'added' : value === undefined ? 'removed' : `changed${to}`}`);
    }
  }
  return lines.length <= 20 ? lines : [...lines.slice(0, 19), `and ${lines.length - 19} more changes`];
}
