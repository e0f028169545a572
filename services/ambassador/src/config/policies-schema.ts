import { type Static, type TOptional, Type } from 'typebox';
import { durationText, sizeText, storeName, strict } from '../schema/quantities.ts';

const probability = (description: string, fallback?: number) =>
  Type.Number({ minimum: 0, maximum: 1, description, ...(fallback === undefined ? {} : { default: fallback }) });

/** One entry of `policies`: an object with one key, the policy's name. */
const policies = {
  keyPrefix: Type.String({
    description:
      'What stands before every key: appid, name, namespace (as Dapr understands them), or a text of your own.',
  }),
  near: strict(
    {
      maxBytes: sizeText({ default: '32Mi', description: 'Budget of the near cache.' }),
      ttl: durationText({ default: '10s', description: 'How long an entry is fresh.' }),
      negativeTtl: durationText({
        default: '1s',
        description: 'How long the absence of a key is remembered; 0 is never.',
      }),
      jitter: probability('By which part of itself a lifetime is shortened at random, against stampedes.', 0.1),
      staleWhileRevalidate: durationText({
        default: '0',
        description: 'How long after that it is still served, while asked for anew.',
      }),
      staleIfError: durationText({
        default: '0',
        description: 'How long after that it is served when the backend fails.',
      }),
      tracking: Type.Boolean({
        default: true,
        description: 'Hear of every change: on Redis by CLIENT TRACKING, on PostgreSQL with `notify` by LISTEN.',
      }),
    },
    { description: 'A near cache with single flight in front of the store.' },
  ),
  writeBehind: strict(
    {
      journal: Type.String({ description: 'Folder for the journal; it must survive restarts.' }),
      maxEntries: Type.Integer({
        default: 100_000,
        minimum: 1,
        description: 'Most keys waiting; beyond it writes are refused.',
      }),
      maxBytes: sizeText({ default: '64Mi', description: 'Most bytes waiting; beyond it writes are refused.' }),
      sync: Type.Boolean({
        default: true,
        description: 'Whether a write is on disk (fsync) before it is acknowledged.',
      }),
      batch: Type.Integer({ default: 100, minimum: 1, description: 'Most writes sent at once.' }),
    },
    { description: 'Acknowledge a write once it is in the journal; send it on afterwards.' },
  ),
  mirror: strict(
    {
      to: storeName('Where writes are copied to.'),
      fraction: probability('Part of the keys that are mirrored, chosen by the key.', 1),
      compareReads: Type.Boolean({ default: false, description: 'Also read there, and count what differs.' }),
      maxPending: Type.Integer({
        default: 1000,
        minimum: 1,
        description: 'Most copies under way; beyond it they are dropped and counted.',
      }),
    },
    { description: 'Copy writes elsewhere, fire and forget.' },
  ),
  failover: strict(
    {
      to: storeName('Who answers when the store fails.'),
      writes: Type.Boolean({
        default: false,
        description: 'Also send writes there. They stay there: nothing brings them back.',
      }),
      budget: probability('Part of the recent requests that may fail over.', 0.5),
    },
    { description: 'Ask another store when this one fails.' },
  ),
  retry: strict(
    {
      attempts: Type.Integer({
        default: 3,
        minimum: 1,
        maximum: 100,
        description: 'Most attempts, the first included.',
      }),
      minDelay: durationText({
        default: '20ms',
        description: 'Delay before the second attempt; it doubles, with full jitter.',
      }),
      maxDelay: durationText({ default: '1s', description: 'Longest delay.' }),
      budget: probability('Retries per request, on average; 10 more are always allowed.', 0.2),
    },
    { description: 'Ask again after failures that may pass; a write only when it surely did not happen.' },
  ),
  timeout: durationText({ description: 'Longest wait for an operation.' }),
  circuitBreaker: strict(
    {
      failures: Type.Integer({ default: 5, minimum: 1, description: 'Failures in a row that open it.' }),
      openFor: durationText({ default: '5s', description: 'How long it refuses before it lets one request try.' }),
    },
    { description: 'Stop asking a backend that keeps failing.' },
  ),
  bulkhead: strict(
    {
      maxInFlight: Type.Integer({ default: 64, minimum: 1, description: 'Most operations at a time.' }),
      maxQueue: Type.Integer({ default: 256, minimum: 0, description: 'Most that wait; beyond it they are refused.' }),
      queueTimeout: durationText({ default: '1s', description: 'Longest wait in the queue.' }),
    },
    { description: 'Bound the work that a backend is given.' },
  ),
  faults: strict(
    {
      errors: probability('Part of the operations that fail.', 0),
      delays: probability('Part of the operations that are delayed.', 0),
      delay: durationText({ default: '100ms', description: 'By how much.' }),
      prefix: Type.String({ default: '', description: 'Only keys that begin so.' }),
    },
    { description: 'Fail and delay on purpose, for tests.' },
  ),
  encryption: strict(
    {
      keys: Type.Array(
        strict({
          id: Type.String({
            pattern: '^[A-Za-z0-9_-]{1,32}$',
            description: 'Name of the key; it is stored with each value.',
          }),
          file: Type.String({ description: 'File with 32 bytes, as 64 hex digits or base64.' }),
        }),
        { minItems: 1, description: 'The first encrypts; all decrypt.' },
      ),
      acceptPlaintext: Type.Boolean({
        default: false,
        description: 'Let through values that are not encrypted, for a migration.',
      }),
    },
    { description: 'AES-256-GCM; store and key name are authenticated too.' },
  ),
  compression: strict(
    {
      minBytes: sizeText({ default: '1Ki', description: 'Smaller values are left alone.' }),
      level: Type.Integer({ default: 1, minimum: 1, maximum: 9, description: 'Zlib level.' }),
    },
    { description: 'Deflate large values.' },
  ),
};

const one = Object.fromEntries(Object.entries(policies).map(([name, schema]) => [name, Type.Optional(schema)])) as {
  [Name in keyof typeof policies]: TOptional<(typeof policies)[Name]>;
};

export const policySchema = Type.Object(one, { additionalProperties: false, minProperties: 1, maxProperties: 1 });

export type PolicySpec = Static<typeof policySchema>;
