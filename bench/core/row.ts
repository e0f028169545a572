import { median } from './median.ts';
import { slope } from './slope.ts';

/** What a row must reach. It bounds the ratio ours / peer, our own figure, or the difference ours − peer. */
export type Goal = { of: 'ratio' | 'ours' | 'difference'; atLeast?: number; atMost?: number };

/** A line of the table. Figures are medians. A row with `missing` has no figures; a row without a peer has no ratio. */
export type Row = {
  work: string;
  unit: string;
  ours?: number;
  peer?: { name: string; figure: number };
  ratio?: number;
  goal?: string;
  met?: boolean;
  missing?: string;
};

type Samples = { work: string; unit: string; ours: readonly number[]; peer?: Peer; goal?: Goal };
type Peer = { name: string; figures: readonly number[] };

/** Make a row from the samples of a run. The ratio is the median of the rounds' ratios. */
export function row({ work, unit, ours, peer, goal }: Samples): Row {
  const figure = median(ours);
  if (peer === undefined) return { work, unit, ours: figure, ...judge(goal, { ours: figure }, unit) };
  const theirs = median(peer.figures);
  const ratio = median(ours.map((value, at) => value / (peer.figures[at] ?? Number.NaN)));
  const difference = median(ours.map((value, at) => value - (peer.figures[at] ?? Number.NaN)));
  const verdict = judge(goal, { ours: figure, ratio, difference }, unit);
  return { work, unit, ours: figure, peer: { name: peer.name, figure: theirs }, ratio, ...verdict };
}

function judge(goal: Goal | undefined, figures: Partial<Record<Goal['of'], number>>, unit: string) {
  if (goal === undefined) return {};
  const { of, atLeast, atMost } = goal;
  const value = figures[of] ?? Number.NaN;
  const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
  const met = atLeast === undefined ? value <= (atMost ?? Number.NaN) : value >= atLeast;
  return { goal: `${of} ${bound}${of === 'ratio' ? '' : ` ${unit}`}`, met };
}

/** How a cost grows with the size of the input. */
export type Growth = { work: string; unit: string; costs: { size: number; cost: number }[]; exponent: number };

/** The exponent is the slope of the line through the logarithms: 1 means that ten times the size costs ten times as much. */
export function growth(work: string, unit: string, costs: { size: number; cost: number }[]): Growth {
  const exponent = slope(costs.map(({ size, cost }) => [Math.log(size), Math.log(cost)]));
  return { work, unit, costs, exponent };
}
