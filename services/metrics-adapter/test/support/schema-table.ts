type Schema = {
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
};

/** The keys of a configuration schema as a Markdown table. Tests compare it with the documentation. */
export function schemaTable(schema: unknown): string {
  return ['| key | default | meaning |', '|---|---|---|', ...rows(schema as Schema, '')].join('\n');
}

/** The same of the whole file, without the keys of sources. */
export function fileTable(schema: unknown): string {
  const { properties = {}, ...file } = schema as Schema;
  const shown = Object.entries(properties).map(([key, { items: _items, ...property }]) => [key, property]);
  return schemaTable({ ...file, properties: Object.fromEntries(shown) });
}

function rows({ properties = {}, required = [] }: Schema, prefix: string): string[] {
  return Object.entries(properties).flatMap(([key, property]) => {
    const inner = property.items?.properties ? property.items : property.properties ? property : undefined;
    const name = `${prefix}${key}${property.items?.properties ? '[]' : ''}`;
    const missing = required.includes(key) && !('default' in property) ? 'required' : '';
    const fallback = 'default' in property && !inner ? `\`${JSON.stringify(property.default)}\`` : missing;
    const words = property.enum ? ` One of ${property.enum.map((word) => `\`${String(word)}\``).join(', ')}.` : '';
    // A mapping file and the HTTP client are documented once, in places of their own.
    const nested = inner && key !== 'mapping' && key !== 'client' ? rows(inner, `${name}.`) : [];
    const cells = [`\`${name}\``, fallback, `${property.description ?? ''}${words}`.replaceAll('|', '\\|')];
    return [`| ${cells.join(' | ')} |`, ...nested];
  });
}

/** The rows of a Markdown table without the padding of a formatter. */
export function readCells(table: string | undefined): string[] {
  const lines = (table ?? '').trim().split('\n');
  return lines.map((row) =>
    row
      .replaceAll(/-+/g, '-')
      .replaceAll(/ *\| */g, '|')
      .replaceAll(/ +/g, ' '),
  );
}
