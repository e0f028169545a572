import { fileSchema } from './file-schema.ts';

/**
 * The JSON Schema of the configuration file for editors. A key with a default is filled in when the file is read, so it
 * need not be written.
 */
export function publishedSchema(): unknown {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:podkit:ambassador:config',
    title: 'ambassador.yaml',
    ...(withoutFilledIn(JSON.parse(JSON.stringify(fileSchema))) as object),
  };
}

function withoutFilledIn(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutFilledIn);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, withoutFilledIn(value)] as const);
  const plain = Object.fromEntries(entries);
  const { required, properties } = plain as { required?: unknown; properties?: Record<string, object> };
  if (Array.isArray(required) && properties !== undefined)
    plain.required = required.filter((name: string) => !('default' in (properties[name] ?? {})));
  return plain;
}
