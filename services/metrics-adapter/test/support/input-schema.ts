type Schema = { [key: string]: unknown };

/**
 * What a file may say: the schema of what the adapter makes of it, without demanding what has a default. Editors check
 * files by it.
 */
export function inputSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inputSchema);
  if (typeof value !== 'object' || value === null) return value;
  const schema: Schema = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inputSchema(inner)]));
  const { required, properties } = schema;
  if (!Array.isArray(required) || typeof properties !== 'object' || properties === null) return schema;
  const demanded = required.filter((name) => !('default' in ((properties as Schema)[String(name)] as Schema)));
  const { required: _all, ...rest } = schema;
  return demanded.length === 0 ? rest : { ...rest, required: demanded };
}
