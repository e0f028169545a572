import type { Place } from '@podkit/chassis/config/yaml';
import { describeError } from '@podkit/chassis/errors';
import { compileBodyTemplate } from '../json/body-template.ts';
import { compileJsonMetrics } from '../json/json-metrics.ts';
import { compileModuleMetrics } from '../json/module-metrics.ts';
import { compileRelabel } from '../prometheus/relabel.ts';
import { compileCsv } from '../text/csv-source.ts';
import { compileKeyValue } from '../text/key-value-source.ts';
import type { AdapterConfig } from './schema.ts';

export type SettingError = { place: Place; message: string };

/** Check what a schema can't check: names must differ, and paths, patterns and templates must compile. */
export function semanticErrors(config: AdapterConfig): SettingError[] {
  const errors: SettingError[] = [];
  const attempt = (place: Place, action: () => unknown) => {
    try {
      action();
    } catch (error) {
      errors.push({ place, message: describeError(error) });
    }
  };
  const attemptEach = <Item>(place: Place, items: readonly Item[], compile: (item: Item) => unknown) => {
    for (const [index, item] of items.entries()) attempt([...place, index], () => compile(item));
  };
  for (const [at, { metrics, module }] of config.json.entries()) {
    attemptEach(['json', at, 'metrics'], metrics, (metric) => compileJsonMetrics([metric]));
    if (module !== undefined && !Object.hasOwn(config.modules, module))
      errors.push({ place: ['json', at, 'module'], message: `there is no module ${module}` });
    if (module !== undefined && metrics.length > 0)
      errors.push({ place: ['json', at, 'metrics'], message: 'a source with a module has no metrics of its own' });
  }
  for (const [at, { relabel }] of config.prometheus.entries())
    attemptEach(['prometheus', at, 'relabel'], relabel, (rule) => compileRelabel([rule]));
  for (const [at, { separator, metrics }] of config.keyValue.entries())
    attemptEach(['keyValue', at, 'metrics'], metrics, (metric) => compileKeyValue({ separator, metrics: [metric] }));
  for (const [at, { metrics }] of config.csv.entries())
    attemptEach(['csv', at, 'metrics'], metrics, (metric) => compileCsv([metric]));
  for (const [name, { metrics, body }] of Object.entries(config.modules)) {
    attemptEach(['modules', name, 'metrics'], metrics, (metric) => compileModuleMetrics([metric]));
    attempt(['modules', name, 'body'], () => body?.templatize && compileBodyTemplate(body.content));
  }
  return [...errors, ...repeatedNames(config)];
}

function repeatedNames(config: AdapterConfig): SettingError[] {
  const kinds = ['json', 'prometheus', 'keyValue', 'csv', 'statsd', 'logs', 'forward'] as const;
  const seen = new Set<string>();
  return kinds.flatMap((kind) =>
    config[kind].flatMap(({ name }, at) => {
      if (!seen.has(name)) {
        seen.add(name);
        return [];
      }
      return [{ place: [kind, at, 'name'], message: `another source has the name ${name} too` }];
    }),
  );
}
