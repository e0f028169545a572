import { Type } from 'typebox';
import { durationPattern, parseDuration } from './duration.ts';

/**
 * A duration in a YAML file: a text such as `5s` or `1m30s`, never negative. An empty text and the number 0 are 0; no other
 * number is one, since it has no unit. `parseYaml` replaces it by its milliseconds.
 */
export const yamlDuration = (options: { default?: string; description: string }) =>
  Type.Unsafe<number>({
    type: ['string', 'integer'],
    pattern: `^$|${durationPattern}`,
    minimum: 0,
    maximum: 0,
    parse: parseYamlDuration,
    ...options,
  });

/** Milliseconds; 0 for an empty text. @throws {RangeError} for what is negative or no duration */
export function parseYamlDuration(text: string): number {
  const milliseconds = parseDuration(text === '' ? '0' : text);
  if (milliseconds < 0) throw new RangeError(`"${text}" is negative`);
  return milliseconds;
}
