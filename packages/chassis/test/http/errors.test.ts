import { expect, test } from 'vitest';
import { PodkitError } from '../../src/errors.ts';
import { publicError } from '../../src/http/errors.ts';

const statuses = { ERR_FULL: 507, ERR_AWAY: 503 };

test.each([
  ['a code of the service', new PodkitError('ERR_FULL', 'the volume is full'), 507, 'ERR_FULL', 'the volume is full'],
  ['a code of all services', new PodkitError('ERR_NOT_FOUND', 'no key'), 404, 'ERR_NOT_FOUND', 'no key'],
  [
    "Fastify's own error",
    Object.assign(new Error('too big'), { code: 'FST_X', statusCode: 413 }),
    413,
    'FST_X',
    'too big',
  ],
  [
    'a failed schema',
    Object.assign(new Error('body/a'), { validation: [], statusCode: 400 }),
    400,
    'ERR_VALIDATION',
    'body/a',
  ],
  ['a code in no table', new PodkitError('ERR_SECRET', 'password'), 500, 'ERR_INTERNAL', 'internal error'],
  ['a bug', new TypeError('x is undefined'), 500, 'ERR_INTERNAL', 'internal error'],
  ['no error at all', 'text', 500, 'ERR_INTERNAL', 'internal error'],
])('%s has its status, code and message', (_what, error, status, code, message) => {
  expect(publicError(error, statuses)).toEqual({ status, code, message });
});
