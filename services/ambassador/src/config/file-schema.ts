import { strict } from '@podkit/chassis/config/strict';
import { type Static, type TProperties, Type } from 'typebox';
import { memoryProperties } from '../backends/memory/schema.ts';
import { postgresProperties } from '../backends/postgres/schema.ts';
import { redisProperties } from '../backends/redis/schema.ts';
import { type PolicySpec, policySchema } from '../policies/policies.ts';
import { routeProperties } from '../routing/rules.ts';
import { storeName } from '../schema/quantities.ts';

// Defined once and referenced: compiling it for each driver took most of the start-up time.
const definitions = {
  policies: Type.Array(policySchema, { description: 'Policies around the store, outermost first.' }),
};
const policyList = Type.Unsafe<PolicySpec[]>({ $ref: '#/definitions/policies', default: [] });

const required = Type.Boolean({
  default: true,
  description: 'Whether readiness needs the store. While one that is not required is down, readiness is only degraded.',
});

const withPolicies = <Properties extends TProperties>(properties: Properties, description: string) =>
  strict({ ...properties, required, policies: policyList }, { description });

const drivers = {
  memory: withPolicies(memoryProperties, 'Entries in this process, gone when it ends.'),
  redis: withPolicies(redisProperties, "Redis, in the layout of Dapr's state.redis."),
  postgresql: withPolicies(postgresProperties, "PostgreSQL, in the layout of Dapr's state.postgresql v2."),
  route: withPolicies(routeProperties, 'Chooses another store for each key and value.'),
};

const storeSchema = Type.Unsafe<Static<(typeof drivers)[keyof typeof drivers]>>({
  type: 'object',
  discriminator: { propertyName: 'driver' },
  required: ['driver'],
  oneOf: Object.values(drivers),
});

const content = strict({
  stores: Type.Unsafe<Record<string, StoreSpec>>({
    type: 'object',
    minProperties: 1,
    propertyNames: storeName('Name of a store'),
    additionalProperties: storeSchema,
    description: 'The stores by name, as the Dapr API calls them.',
  }),
  redisStore: Type.Optional(storeName('The store behind the Redis endpoint; without it the only or first one.')),
});

/** The file of AMBASSADOR_CONFIG. */
export const fileSchema = { ...content, definitions };

export type StoreSpec = Static<typeof storeSchema>;
export type FileConfig = Static<typeof fileSchema>;
export type Spec<Driver extends StoreSpec['driver']> = Extract<StoreSpec, { driver: Driver }>;
