import { nameOf } from '../manifests/manifest.ts';
import { misfits, typeOf } from './api-types.ts';
import { type Check, everyObject } from './check.ts';

/** The schema of the API, by the field lists of the generated client; kinds that it does not know have none. */
export const schema: Check[] = [
  everyObject('known-kind', 'Every object is of a kind that its group and version of the API has.', (object) =>
    typeOf(object) === undefined ? [`${object.apiVersion} ${object.kind}`] : true,
  ),
  everyObject('known-fields', 'No object has a field that the API does not know.', (object) => {
    const type = typeOf(object);
    return type === undefined ? true : misfits(object, type, nameOf(object)).unknown;
  }),
  everyObject(
    'field-types',
    'Every value is of the type of its field: text, number, truth value, list or object.',
    (object) => {
      const type = typeOf(object);
      return type === undefined ? true : misfits(object, type, nameOf(object)).wrong;
    },
  ),
  everyObject(
    'unique-objects',
    'No two objects are of the same kind and name.',
    (object, { objects }) => objects.filter((other) => nameOf(other) === nameOf(object)).length === 1,
  ),
];
