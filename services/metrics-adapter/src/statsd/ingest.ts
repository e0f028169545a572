import { isSummable } from '../numbers/gate.ts';
import type { StatsdCounts } from './counts.ts';
import { type PacketReader, readPacket } from './line/packet.ts';
import type { MappingTable } from './mapping/mapping.ts';
import { Planner, type PlannerOptions, type SeriesPlan } from './planner.ts';

/** Puts StatsD packets into series. A sample with a known name and tags costs two look-ups and an addition. */
export class StatsdIngest implements PacketReader {
  readonly #planner: Planner;
  readonly #counts: StatsdCounts;

  constructor(options: PlannerOptions) {
    this.#planner = new Planner(options);
    this.#counts = options.counts;
  }

  /** Map further samples by another table. Existing series stay until they expire. */
  useMapping(mapping: MappingTable): void {
    this.#planner.useMapping(mapping);
  }

  /** Take whole lines, as latin1 text. */
  packet(text: string): void {
    readPacket(text, this);
  }

  line(): void {
    this.#counts.lines += 1;
  }

  sample(head: string, tail: string, value: number, signed: boolean): void {
    // Before the plan, which makes the series: a gauge must not begin at 0.
    if (!isSummable(value)) return this.oddValue();
    const plan = this.#plan(head, tail);
    if (plan !== undefined) this.#apply(plan, value * plan.factor, signed);
    return undefined;
  }

  member(head: string, tail: string, member: string): void {
    if (member === '') return this.oddValue();
    const plan = this.#plan(head, tail);
    if (plan === undefined) return undefined;
    this.#countTaken(plan);
    if (!plan.series.addMember(member)) return this.#counts.sampleErrors.add('set_full');
    this.#counts.events.set += 1;
    return undefined;
  }

  oddValue(): void {
    this.#counts.samples += 1;
    this.#counts.sampleErrors.add('malformed_value');
  }

  malformed(reason: string): void {
    this.#counts.sampleErrors.add(reason);
  }

  ignored(kind: 'event' | 'service_check'): void {
    this.#counts.ignored[kind] += 1;
  }

  /** The plan of a sample; undefined, and counted, if it has no series. */
  #plan(head: string, tail: string): SeriesPlan | undefined {
    const counts = this.#counts;
    counts.samples += 1;
    const plan = this.#planner.plan(head, tail);
    switch (plan.do) {
      case 'refuse':
        counts.sampleErrors.add(plan.reason);
        return undefined;
      case 'fail':
        counts.eventErrors.add(plan.reason);
        return undefined;
      case 'drop':
        counts.actions.drop += 1;
        return undefined;
      case 'conflict':
        counts.conflicts.add(plan.metric);
        return undefined;
      default:
        return plan;
    }
  }

  #countTaken({ errors, tagged, mapped }: SeriesPlan): void {
    const counts = this.#counts;
    for (const error of errors) {
      if (error === 'tag') counts.tagErrors += 1;
      else counts.sampleErrors.add(error);
    }
    if (tagged) counts.tagged += 1;
    if (mapped) counts.actions.map += 1;
    else counts.unmapped += 1;
  }

  #apply(plan: SeriesPlan, value: number, signed: boolean): void {
    const counts = this.#counts;
    if (!isSummable(value)) return counts.sampleErrors.add('malformed_value');
    this.#countTaken(plan);
    if (plan.do === 'counter') {
      if (value < 0) return counts.eventErrors.add('illegal_negative_counter');
      plan.series.add(value);
    } else if (plan.do === 'observer') {
      plan.series.observe(value, plan.weight);
    } else if (signed) {
      plan.series.add(value);
    } else {
      plan.series.set(value);
    }
    counts.events[plan.do] += 1;
    return undefined;
  }
}
