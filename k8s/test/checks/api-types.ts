import * as models from '@kubernetes/client-node';
import type { Manifest } from '../manifests/manifest.ts';

type Attribute = { baseName: string; type: string };
type Model = { getAttributeTypeMap?: () => Attribute[] };
const generated = models as unknown as Record<string, Model & { prototype?: object }>;

const capital = (word: string) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;

/**
 * The name of the type that the generated client has for an object, `undefined` when no such kind is in that very group and
 * version of the API.
 */
export function typeOf({ apiVersion, kind }: Manifest): string | undefined {
  const [version = '', group = 'core'] = apiVersion.split('/').toReversed();
  const words = group.replace(/\.k8s\.io$/, '').split('.');
  const api = generated[`${words.map(capital).join('')}${capital(version)}Api`]?.prototype;
  const isThere = api !== undefined && (`createNamespaced${kind}` in api || `create${kind}` in api);
  const type = `${capital(version)}${kind}`;
  return isThere && type in generated ? type : undefined;
}

/** What does not fit: fields that the API does not know, and values that are not of the field's type. */
export type Misfits = { unknown: string[]; wrong: string[] };

/** Compare a value with the generated client's list of fields of that type, all the way down. */
export function misfits(value: unknown, type: string, path: string): Misfits {
  const item = /^Array<(.*)>$/.exec(type)?.[1];
  if (item !== undefined) return itemMisfits(value, item, path);
  const entry = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  const fields = generated[type]?.getAttributeTypeMap?.();
  if (entry === undefined && fields === undefined) return simple(value, type, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(path, 'an object');
  const known = new Map(fields?.map(({ baseName, type: of }) => [baseName, of]));
  return joined(
    Object.entries(value).map(([name, field]) => {
      const of = entry ?? known.get(name);
      return of === undefined ? { unknown: [`${path}.${name}`], wrong: [] } : misfits(field, of, `${path}.${name}`);
    }),
  );
}

const itemMisfits = (value: unknown, item: string, path: string): Misfits =>
  Array.isArray(value)
    ? joined(value.map((element: unknown, index) => misfits(element, item, `${path}[${index}]`)))
    : wrong(path, 'a list');

/** A quantity may be written as a number; the generated client calls it a string as any other. */
const isQuantity = (path: string) => /\.(limits|requests|capacity)\.[^.]+$|\.(divisor|sizeLimit)$/.test(path);

function simple(value: unknown, type: string, path: string): Misfits {
  const accepted: Record<string, string[]> = {
    string: isQuantity(path) ? ['string', 'number'] : ['string'],
    number: ['number'],
    boolean: ['boolean'],
    IntOrString: ['string', 'number'],
    Date: ['string'],
  };
  const kinds = accepted[type];
  return kinds === undefined || kinds.includes(typeof value)
    ? { unknown: [], wrong: [] }
    : wrong(path, kinds.join(' or '));
}

const wrong = (path: string, expected: string): Misfits => ({ unknown: [], wrong: [`${path} is not ${expected}`] });

const joined = (parts: Misfits[]): Misfits => ({
  unknown: parts.flatMap(({ unknown }) => unknown),
  wrong: parts.flatMap((part) => part.wrong),
});
