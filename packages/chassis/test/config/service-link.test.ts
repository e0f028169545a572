import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { isServiceLink, isServiceLinkName } from '../../src/config/service-link.ts';
import { port, settings } from '../../src/config/settings.ts';

test.each([
  ['REDIS_PORT', 'tcp://10.96.0.1:6379', true],
  ['PORT', 'tcp://10.96.0.1:80', false],
  ['APP_PORT', 'udp://10.96.0.1:80', true],
  ['APP_PORT', 'tcp://[fd00::1]:80', true],
  ['APP_PORT', '8080', false],
  ['APP_URL', 'tcp://10.96.0.1:80', false],
  ['APP_PORT', 'tcp://example.org:80', false],
])('%s=%s is a service link: %s', (name, value, expected) => {
  expect(isServiceLink(name, value)).toBe(expected);
});

test.each(['APP_SERVICE_HOST', 'APP_SERVICE_PORT', 'APP_SERVICE_PORT_HTTP', 'APP_PORT', 'APP_PORT_80_TCP_ADDR'])(
  '%s may come from Kubernetes',
  (name) => {
    expect(isServiceLinkName(name)).toBe(true);
  },
);

const schema = settings({ redisPort: port({ env: 'REDIS_PORT', default: 6379, description: 'Port.' }) });
const load = (env: Record<string, string>) => loadConfig(schema, { prefix: 'DEMO_', env, argv: [] });

test('a service link with the name of a setting is ignored and named', () => {
  expect(load({ REDIS_PORT: 'tcp://10.96.0.1:6379' })).toMatchObject({
    config: { redisPort: 6379 },
    ignored: ['REDIS_PORT'],
  });
});

test('a service link with the prefix of the service is no unknown variable', () => {
  const env = { DEMO_SERVICE_HOST: '10.0.0.1', DEMO_PORT: 'tcp://10.0.0.1:80', DEMO_PORT_80_TCP_ADDR: '10.0.0.1' };
  expect(load(env).config.redisPort).toBe(6379);
});
