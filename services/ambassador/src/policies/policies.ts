import { type Static, type TOptional, Type } from 'typebox';
import { bulkheadPolicy } from './bulkhead.ts';
import { circuitBreakerPolicy } from './circuit-breaker.ts';
import { compressionPolicy } from './compression.ts';
import { encryptionPolicy } from './encryption.ts';
import { failoverPolicy } from './failover.ts';
import { faultsPolicy } from './faults.ts';
import { keyPrefixPolicy } from './key-prefix.ts';
import { mirrorPolicy } from './mirror.ts';
import { nearPolicy } from './near/near.ts';
import { retryPolicy } from './retry.ts';
import { timeoutPolicy } from './timeout.ts';
import { writeBehindPolicy } from './write-behind/policy.ts';

/** All policies, by their names in the file. */
export const policies = {
  keyPrefix: keyPrefixPolicy,
  near: nearPolicy,
  writeBehind: writeBehindPolicy,
  mirror: mirrorPolicy,
  failover: failoverPolicy,
  retry: retryPolicy,
  timeout: timeoutPolicy,
  circuitBreaker: circuitBreakerPolicy,
  bulkhead: bulkheadPolicy,
  faults: faultsPolicy,
  encryption: encryptionPolicy,
  compression: compressionPolicy,
};

type Policies = typeof policies;

const one = Object.fromEntries(Object.entries(policies).map(([name, { schema }]) => [name, Type.Optional(schema)])) as {
  [Name in keyof Policies]: TOptional<Policies[Name]['schema']>;
};

/** One entry of `policies` in the file: an object with one key, the policy's name. */
export const policySchema = Type.Object(one, { additionalProperties: false, minProperties: 1, maxProperties: 1 });

export type PolicySpec = Static<typeof policySchema>;
