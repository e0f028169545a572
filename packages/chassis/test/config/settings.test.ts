import fc from 'fast-check';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { expect, expectTypeOf, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { bytes, choice, duration, integer, list, optional, port, settings, text } from '../../src/config/settings.ts';

const description = 'What.';
const schema = settings({
  name: text({ description, pattern: '^[a-c]+$', default: 'a' }),
  count: optional(integer({ description, minimum: 1, maximum: 9 })),
  wait: duration({ description, default: '1s', minimum: 10 }),
  size: bytes({ description, default: '1Ki' }),
  names: list({ description, default: ['a', 'b'] }),
  mode: choice(['fast', 'safe'], { description, default: 'safe' }),
  port: port({ description, default: 80 }),
});

test('a schema of settings is an ordinary TypeBox schema, with the types of the values', () => {
  expectTypeOf<Static<typeof schema>>().toEqualTypeOf<{
    name: string;
    count?: number;
    wait: number;
    size: number;
    names: string[];
    mode: 'fast' | 'safe';
    port: number;
  }>();
  expect(schema.required).toEqual(['name', 'wait', 'size', 'names', 'mode', 'port']);
});

test('a default is what a person writes, beside its parsed value', () => {
  expect(schema.properties.size).toMatchObject({ default: 1024, defaultText: '1Ki' });
  expect(schema.properties.names).toMatchObject({ default: ['a', 'b'], defaultText: 'a,b' });
});

test('whatever is loaded, the compiled schema accepts it', () => {
  const accepts = Compile(schema);
  const words = fc.oneof(fc.string(), fc.integer().map(String), fc.stringMatching(/^[a-d]{0,3}$/), fc.constant('1m'));
  const flags = fc.array(fc.tuple(fc.constantFrom(...Object.keys(schema.properties)), words));
  fc.assert(
    fc.property(flags, (given) => {
      const argv = given.map(([key, word]) => `--${key}=${word}`);
      let config: unknown;
      try {
        ({ config } = loadConfig(schema, { prefix: 'DEMO_', env: {}, argv }));
      } catch {
        return;
      }
      expect(accepts.Check(config)).toBe(true);
    }),
  );
});
