import { type Static, type TProperties, Type } from 'typebox';
import { memoryDriver, postgresDriver, redisDriver, routeDriver } from './drivers-schema.ts';
import { policySchema } from './policies-schema.ts';
import { storeName, strict } from './quantities.ts';

const withPolicies = <Properties extends TProperties>(properties: Properties, description: string) =>
  strict(
    {
      ...properties,
      policies: Type.Array(policySchema, { default: [], description: 'Policies around the store, outermost first.' }),
    },
    { description },
  );

const drivers = {
  memory: withPolicies(memoryDriver, 'Entries in this process, gone when it ends.'),
  redis: withPolicies(redisDriver, "Redis, in the layout of Dapr's state.redis."),
  postgresql: withPolicies(postgresDriver, "PostgreSQL, in the layout of Dapr's state.postgresql v2."),
  route: withPolicies(routeDriver, 'Chooses another store for each key and value.'),
};

const storeSchema = Type.Unsafe<Static<(typeof drivers)[keyof typeof drivers]>>({
  type: 'object',
  discriminator: { propertyName: 'driver' },
  required: ['driver'],
  oneOf: Object.values(drivers),
});

/** The file of AMBASSADOR_CONFIG. */
export const fileSchema = strict({
  stores: Type.Unsafe<Record<string, StoreSpec>>({
    type: 'object',
    minProperties: 1,
    propertyNames: storeName('Name of a store'),
    additionalProperties: storeSchema,
    description: 'The stores by name, as the Dapr door calls them.',
  }),
  redisStore: Type.Optional(storeName('The store behind the Redis door; without it the only or first one.')),
});

export type StoreSpec = Static<typeof storeSchema>;
export type FileConfig = Static<typeof fileSchema>;
export type Spec<Driver extends StoreSpec['driver']> = Extract<StoreSpec, { driver: Driver }>;
