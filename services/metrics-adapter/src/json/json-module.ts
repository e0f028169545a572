import type { FetchRequest } from '../fetch/client.ts';
import { type BodyTemplate, compileBodyTemplate } from './body-template.ts';
import type { JsonReader } from './json-metrics.ts';
import type { ModuleConfig } from './module-config.ts';
import { compileModuleMetrics } from './module-metrics.ts';

/** A compiled module of json_exporter: how to ask for a document, and how to read it. */
export type JsonModule = Required<Pick<FetchRequest, 'headers' | 'validStatus'>> & {
  body: BodyTemplate | undefined;
  read: JsonReader;
};

/** @throws {PodkitError} ERR_JSONPATH, ERR_TEMPLATE */
export function compileModule({ headers, valid_status_codes: validStatus, body, metrics }: ModuleConfig): JsonModule {
  const { content = '', templatize = false } = body ?? {};
  const render = templatize ? compileBodyTemplate(content) : () => content;
  return { headers, validStatus, body: content === '' ? undefined : render, read: compileModuleMetrics(metrics) };
}
