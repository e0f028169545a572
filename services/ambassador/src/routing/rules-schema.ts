import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, type TObject, Type } from 'typebox';
import { size, storeName, strict } from '../schema/quantities.ts';

export const routeProperties = {
  driver: Type.Literal('route'),
  rules: Type.Array(
    strict({
      prefix: Type.Optional(Type.String({ description: 'Keys with this prefix. The longest prefix wins.' })),
      glob: Type.Optional(
        Type.String({ description: 'Keys that match: * any characters, ? one, [a-z] one of these.' }),
      ),
      minSize: Type.Optional(size({ description: 'Values at least this large.' })),
      maxSize: Type.Optional(size({ description: 'Values at most this large.' })),
      contentType: Type.Optional(Type.String({ description: 'Media type of the value; image/* for all of a kind.' })),
      minTtl: Type.Optional(yamlDuration({ description: 'Values that live at least this long, or for ever.' })),
      maxTtl: Type.Optional(yamlDuration({ description: 'Values that live at most this long.' })),
      store: storeName('The store that takes the keys.'),
    }),
    { minItems: 1, description: 'The first rule that matches decides; rules with longer prefixes are tried first.' },
  ),
};

type RouteSpec = Static<TObject<typeof routeProperties>>;

export type RuleSpec = RouteSpec['rules'][number];
