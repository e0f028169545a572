import { expect, test } from 'vitest';
import { isServiceLink, isServiceLinkName } from '../../src/config/service-link.ts';

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
