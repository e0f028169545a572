import { isDeepStrictEqual } from 'node:util';

type Schema = { [key: string]: unknown };

/**
 * The schema of a written file, for editors: that of the loaded one, without requiring keys that have a default. Schemas
 * with the properties of one in `definitions` refer to it.
 */
export function inputSchema(value: unknown, definitions: Record<string, Schema>): Schema {
  const $defs = Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, readable(schema, {})]));
  return { ...(readable(value, definitions) as Schema), $defs };
}

function readable(value: unknown, definitions: Record<string, Schema>): unknown {
  if (Array.isArray(value)) return value.map((item) => readable(item, definitions));
  if (typeof value !== 'object' || value === null) return value;
  const { properties, required, ...rest } = value as Schema;
  const same = (schema: Schema) => isDeepStrictEqual(schema.properties, properties);
  const [name] = Object.entries(definitions).find(([, schema]) => same(schema)) ?? [];
  if (name !== undefined) {
    const { description, default: fallback } = rest;
    return { $ref: `#/$defs/${name}`, ...(description ? { description } : {}), default: fallback };
  }
  const schema: Schema = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, readable(inner, definitions)]),
  );
  if (!Array.isArray(required) || typeof properties !== 'object' || properties === null) return schema;
  const demanded = required.filter((key) => !('default' in ((properties as Schema)[String(key)] as Schema)));
  const { required: _all, ...open } = schema;
  return demanded.length === 0 ? open : { ...open, required: demanded };
}
