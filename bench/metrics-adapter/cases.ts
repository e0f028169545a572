import type { Case } from '../core/bench.ts';
import type { Growth, Row } from '../core/row.ts';
import { exposition, seriesGrowth } from './exposition.ts';
import { elementsGrowth, json } from './json.ts';
import { logs } from './logs.ts';
import { linesGrowth, statsd, statsdLoss } from './statsd.ts';

export const cases: Record<string, Case<Row | Growth>> = {
  exposition,
  json,
  statsd,
  'statsd-loss': statsdLoss,
  logs,
  series: seriesGrowth,
  elements: elementsGrowth,
  lines: linesGrowth,
};
