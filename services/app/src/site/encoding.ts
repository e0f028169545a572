/** Precompressed variants that a site may carry beside a file, best first, with their Content-Encoding. */
const variants = [
  { suffix: '.br', encoding: 'br' },
  { suffix: '.zst', encoding: 'zstd' },
  { suffix: '.gz', encoding: 'gzip' },
] as const;

export type Variant = (typeof variants)[number];

/** The variants that an Accept-Encoding header takes: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
export function acceptedVariants(header: string | undefined): readonly Variant[] {
  if (header === undefined || header === '') return [];
  const weights = new Map<string, number>();
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((word) => word.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    weights.set(name, weight === undefined ? 1 : Number(weight));
  }
  return variants.filter(({ encoding }) => (weights.get(encoding) ?? weights.get('*') ?? 0) > 0);
}
