import { Type } from 'typebox';
import { parseDuration } from './duration.ts';

/** A duration in a YAML file, such as `5s`. `parseYaml` replaces it by its milliseconds. */
export const yamlDuration = (options: { default?: string; description: string }) =>
  Type.Unsafe<number>({ type: 'string', parse: parseYamlDuration, ...options });

/** Milliseconds; 0 for an empty text. @throws {RangeError} for what is negative or no duration */
export function parseYamlDuration(text: string): number {
  const milliseconds = parseDuration(text === '' ? '0' : text);
  if (milliseconds < 0) throw new RangeError(`"${text}" is negative`);
  return milliseconds;
}
