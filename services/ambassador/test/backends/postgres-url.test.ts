import { ConfigError } from '@podkit/chassis/config/config';
import { expect, test } from 'vitest';
import { parsePostgresUrl } from '../../src/backends/postgres/url.ts';

const plain = { database: 'postgres', sslmode: 'disable', allowReadOnly: false };

test.each([
  ['postgres://h', { addresses: [{ host: 'h', port: 5432 }] }],
  ['postgresql://h:1/db', { addresses: [{ host: 'h', port: 1 }], database: 'db' }],
  ['postgres://u@h', { addresses: [{ host: 'h', port: 5432 }], user: 'u' }],
  ['postgres://u:p%40%2F@h', { addresses: [{ host: 'h', port: 5432 }], user: 'u', password: 'p@/' }],
  ['postgres://u:a@b:c@h', { addresses: [{ host: 'h', port: 5432 }], user: 'u', password: 'a@b:c' }],
  ['postgres://u:@h', { addresses: [{ host: 'h', port: 5432 }], user: 'u', password: '' }],
  ['postgres://[::1]:2', { addresses: [{ host: '::1', port: 2 }] }],
  [
    'postgres://a,b:2',
    {
      addresses: [
        { host: 'a', port: 5432 },
        { host: 'b', port: 2 },
      ],
    },
  ],
  ['postgres://h/db?sslmode=require', { addresses: [{ host: 'h', port: 5432 }], database: 'db', sslmode: 'require' }],
  ['postgres:///db?host=/run/pg', { addresses: [{ host: '/run/pg', port: 5432 }], database: 'db' }],
  ['postgres://h?target_session_attrs=any', { addresses: [{ host: 'h', port: 5432 }], allowReadOnly: true }],
])('%s is read as libpq reads it', (url, expected) => {
  expect(parsePostgresUrl(url)).toEqual({ ...plain, ...expected });
});

test.each([
  'postgres://',
  'postgres://u:secret@',
  'postgres://u:secret@h:99999',
  'postgres://u:secret@a,,b',
  'postgres://u:%zz@secret',
  'postgres://u:secret@h?target_session_attrs=prefer-standby',
  'mysql://secret@h',
])('%s is refused, without its secret in the message', (url) => {
  let thrown: unknown;
  try {
    parsePostgresUrl(url);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ConfigError);
  expect(String(thrown)).not.toContain('secret');
});
