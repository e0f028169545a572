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

/** Check what a schema can't: names must differ; paths, patterns and templates must compile. */
export function semanticErrors(config: AdapterConfig): SettingError[] {
  const errors: SettingError[] = [];
  const attempt = (place: Place, action: () => unknown) => {
    try {
      action();
    } catch (error) {
      errors.push({ place, message: describeError(error) });
    }
  };
  for (const [at, { metrics, module }] of config.json.entries()) {
    for (const [index, metric] of metrics.entries())
      attempt(['json', at, 'metrics', index], () => compileJsonMetrics([metric]));
    if (module !== undefined && !Object.hasOwn(config.modules, module))
      errors.push({ place: ['json', at, 'module'], message: `there is no module ${module}` });
    if (module !== undefined && metrics.length > 0)
      errors.push({ place: ['json', at, 'metrics'], message: 'a source with a module has no metrics of its own' });
  }
  for (const [at, { relabel }] of config.prometheus.entries())
    for (const [index, rule] of relabel.entries())
      attempt(['prometheus', at, 'relabel', index], () => compileRelabel([rule]));
  for (const [at, { separator, metrics }] of config.keyValue.entries())
    for (const [index, metric] of metrics.entries())
      attempt(['keyValue', at, 'metrics', index], () => compileKeyValue({ separator, metrics: [metric] }));
  for (const [at, { metrics }] of config.csv.entries())
    for (const [index, metric] of metrics.entries()) attempt(['csv', at, 'metrics', index], () => compileCsv([metric]));
  for (const [name, { metrics, body }] of Object.entries(config.modules)) {
    for (const [index, metric] of metrics.entries())
      attempt(['modules', name, 'metrics', index], () => compileModuleMetrics([metric]));
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
