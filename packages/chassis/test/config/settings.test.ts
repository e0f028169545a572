import fc from 'fast-check';
import { type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { isWithin } from '../../src/config/setting-text.ts';
import {
  bytes,
  choice,
  duration,
  flag,
  integer,
  list,
  number,
  optional,
  port,
  settings,
  text,
} from '../../src/config/settings.ts';

const description = 'What.';

describe('the schema of a setting', () => {
  it('is the one that TypeBox makes, whose types it has', () => {
    const about = (kind: string) => ({ kind, description });
    const ours = settings({
      name: text({ description, pattern: '^a' }),
      count: optional(integer({ description, minimum: 1, maximum: 9 })),
      on: flag({ description }),
      wait: duration({ description }),
      size: bytes({ description }),
      names: list({ description }),
      mode: choice(['a', 'b'], { description }),
    });
    const theirs = Type.Object({
      name: Type.String({ ...about('text'), pattern: '^a' }),
      count: Type.Optional(Type.Integer({ ...about('integer'), minimum: 1, maximum: 9 })),
      on: Type.Boolean(about('flag')),
      wait: Type.Number({ minimum: 0, ...about('duration') }),
      size: Type.Integer({ minimum: 0, ...about('bytes') }),
      names: Type.Array(Type.String(), about('list')),
      mode: Type.Unsafe<'a' | 'b'>(Type.String({ ...about('choice'), enum: ['a', 'b'] })),
    });
    expect(JSON.parse(JSON.stringify(ours))).toEqual(JSON.parse(JSON.stringify(theirs)));
  });
});

describe('isWithin', () => {
  const schemas: [string, TSchema, fc.Arbitrary<unknown>][] = [
    [
      'integer',
      integer({ description, minimum: -5, maximum: 9 }),
      fc.oneof(fc.integer({ min: -9, max: 12 }), fc.double()),
    ],
    ['number', number({ description, maximum: 1 }), fc.double()],
    ['port', port({ description }), fc.oneof(fc.integer(), fc.integer({ min: 0, max: 65_535 }))],
    ['bytes', bytes({ description }), fc.double()],
    ['choice', choice(['a', 'b'], { description }), fc.oneof(fc.constantFrom('a', 'b'), fc.string())],
    ['long text', { ...text({ description }), minLength: 3 }, fc.string({ maxLength: 5 })],
    ['text', text({ description, pattern: '^[a-c]+$' }), fc.oneof(fc.stringMatching(/^[a-d]+$/), fc.string())],
  ];
  it.each(schemas)('says of a value of the kind %s what TypeBox says', (_kind, schema, fitting) => {
    const ofKind = 'type' in schema && schema.type === 'string' ? fc.string() : fc.double();
    fc.assert(
      fc.property(fc.oneof(fitting, ofKind), (one) => {
        expect(isWithin(one, schema)).toBe(Value.Check(schema, one));
      }),
    );
  });
});
