import { expect, test } from 'vitest';
import { isExcepted } from '../../src/fetch/no-proxy.ts';

test.each([
  ['http://app.internal/', 'app.internal', true],
  ['http://APP.internal/', 'App.Internal', true],
  ['http://a.app.internal/', 'app.internal', true],
  ['http://notapp.internal/', 'app.internal', false],
  ['http://a.app.internal/', '.app.internal', true],
  ['http://app.internal/', '.app.internal', false],
  ['http://a.app.internal/', '*.app.internal', true],
  ['http://app.internal/', 'other, app.internal ,third', true],
  ['http://app.internal:8080/', 'app.internal:8080', true],
  ['http://app.internal:8081/', 'app.internal:8080', false],
  ['http://app.internal/', 'app.internal:80', true],
  ['https://app.internal/', 'app.internal:443', true],
  ['http://10.1.2.3/', '10.0.0.0/8', true],
  ['http://11.1.2.3/', '10.0.0.0/8', false],
  ['http://10.1.2.3/', '10.1.2.3', true],
  ['http://10.1.2.3:9100/', '10.1.2.3:9100', true],
  ['http://10.1.2.3:9100/', '10.1.2.3:9101', false],
  ['http://10.1.2.30/', '10.1.2.3', false],
  ['http://[fd00::1]/', 'fd00::/8', true],
  ['http://[fd00::1]/', 'fd00:0::1', true],
  ['http://[fd00::1]:9100/', '[fd00::1]:9100', true],
  ['http://[fe80::1]/', 'fd00::/8', false],
  ['http://app.internal/', '10.0.0.0/8', false],
  ['http://10.1.2.3/', '10.0.0.0/99', false],
  ['http://10.1.2.3/', 'nonsense/8', false],
  ['http://anything/', '*', true],
  ['http://anything/', '', false],
  ['http://anything/', ' , ', false],
])('%s with no_proxy %j: %s', (url, list, expected) => {
  expect(isExcepted(new URL(url), list)).toBe(expected);
});
