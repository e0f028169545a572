import { ConfigError } from '@podkit/chassis/config/config';
import { type Place, parseYaml } from '@podkit/chassis/config/yaml';
import { readText } from './read-text.ts';
import { type AdapterConfig, adapterSchema } from './schema.ts';
import { semanticErrors } from './semantics.ts';

/**
 * Read the configuration file and check everything that needs no connection to a source.
 *
 * @throws {ConfigError} with a line `file:line:column: place: what is wrong` for each error
 */
export async function loadAdapterConfig(path: string): Promise<AdapterConfig> {
  return parseAdapterConfig(await readText(path, `ADAPTER_CONFIG=${path}`), path);
}

/** The same from a text. @throws {ConfigError} */
export function parseAdapterConfig(text: string, file: string): AdapterConfig {
  const { value, where } = parseYaml(adapterSchema, text, file);
  const errors = semanticErrors(value).map(
    ({ place, message }) => `${where(place)}: ${formatPlace(place)}: ${message}`,
  );
  if (errors.length > 0) throw new ConfigError(errors);
  return value;
}

const formatPlace = (place: Place) =>
  place.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${part}`)).join('');
