import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { makeAuthority } from '@podkit/chassis/testing/certificates';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { hashSync } from 'bcryptjs';
import { expect, test } from 'vitest';
import { PasswordCheck } from '../../src/http/password-check.ts';
import { loadWebConfig } from '../../src/http/web-config.ts';
import { startAdapter } from '../support/start-adapter.ts';

const anna = hashSync('sesame', 4).replace('$2b$', '$2y$');
const basic = (credentials: string) => ({ authorization: `Basic ${Buffer.from(credentials).toString('base64')}` });

function webFile(yaml: string, folder = tempDir()): string {
  const path = join(folder, 'web.yml');
  writeFileSync(path, yaml);
  return path;
}

async function fetchTls(
  url: string,
  options: RequestOptions = {},
): Promise<{ status: number | undefined; body: string; name: string }> {
  const sent = request(url, { agent: false, ...options }).end();
  const [response] = await once(sent, 'response');
  const name = response.socket.getPeerCertificate().subject.CN as string;
  return { status: response.statusCode, body: await text(response), name };
}

/** Run the command of the image's HEALTHCHECK: its exit code, and what it prints. */
async function checkHealth(url: string, seconds = 10): Promise<[code: number, output: string]> {
  const script = new URL('../../../../tools/healthcheck.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, url, `--wait=${seconds}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [[code], output] = await Promise.all([once(child, 'exit'), text(child.stdout)]);
  return [code as number, output];
}

test('a password is required except for probes, and every response has the configured headers', async () => {
  const web = await loadWebConfig(
    webFile(`basic_auth_users: { anna: '${anna}' }\nhttp_server_config: { headers: { X-Frame-Options: deny } }`),
  );
  const adapter = await startAdapter('{}', { web });
  const status = async (path: string, headers = {}) => (await adapter.get(path, headers)).status;
  const refused = await adapter.get('/metrics');
  expect([refused.status, refused.headers.get('www-authenticate'), refused.headers.get('x-frame-options')]).toEqual([
    401,
    'Basic realm="metrics-adapter", charset="UTF-8"',
    'deny',
  ]);
  expect(await status('/metrics', basic('anna:sesame'))).toBe(200);
  for (const credentials of ['anna:wrong', 'bert:sesame', 'anna:', ':', 'anna'])
    expect(await status('/metrics', basic(credentials))).toBe(401);
  for (const path of ['/probe', '/-/reload', '/-/clear', '/nothing']) expect(await status(path)).toBe(401);
  for (const path of ['/livez', '/readyz', '/startupz', '/-/healthy', '/-/ready']) expect(await status(path)).toBe(200);
});

test('one password is compared at a time and 16 wait, and a known one is not compared again', async () => {
  const passwords = new PasswordCheck();
  const users = new Map([['anna', anna]]);
  expect(await passwords.matches(users, 'anna', 'sesame')).toBe(true);
  const guesses = Array.from({ length: 40 }, (_, guess) => passwords.matches(users, 'anna', `${guess}`));
  expect(await passwords.matches(users, 'anna', 'sesame')).toBe(true);
  const results = await Promise.allSettled(guesses);
  expect(results.filter((result) => result.status === 'fulfilled' && !result.value)).toHaveLength(17);
  expect(results.filter((result) => result.status === 'rejected')[0]?.reason).toMatchObject({ code: 'ERR_OVERLOADED' });
});

const tlsYaml = (name: string) =>
  `tls_server_config: { cert_file: ${name}.crt, key_file: ${name}.key, client_ca_file: authority.crt, client_auth_type: RequireAndVerifyClientCert }`;

test('TLS with client certificates, and a renewed certificate is served to new connections', async () => {
  const folder = tempDir();
  const authority = makeAuthority(folder, 'authority');
  for (const name of ['first', 'second']) authority.sign(name, 'DNS:localhost,IP:127.0.0.1');
  const client = authority.sign('client', 'DNS:client');
  const adapter = await startAdapter('{}', { web: await loadWebConfig(webFile(tlsYaml('first'), folder)) });
  const ca = readFileSync(authority.cert);
  const own = { ca, cert: readFileSync(client.cert), key: readFileSync(client.key) };
  expect(await fetchTls(`${adapter.url}/metrics`, own)).toMatchObject({ status: 200, name: 'first' });
  await expect(fetchTls(`${adapter.url}/metrics`, { ca })).rejects.toThrow(
    /certificate required|ECONNRESET|socket hang up/,
  );
  adapter.useWebConfig(await loadWebConfig(webFile(tlsYaml('second'), folder)));
  expect(await fetchTls(`${adapter.url}/-/healthy`, own)).toMatchObject({ status: 200, body: 'ok\n', name: 'second' });
  const plain = await loadWebConfig(webFile('{}'));
  expect(() => adapter.useWebConfig(plain)).toThrow('not added or removed');
});

test("the image's health check detects TLS", async () => {
  const folder = tempDir();
  makeAuthority(folder, 'authority').sign('server', 'DNS:adapter');
  const yaml = 'tls_server_config: { cert_file: server.crt, key_file: server.key }';
  const plain = await startAdapter('{}');
  const secure = await startAdapter('{}', { web: await loadWebConfig(webFile(yaml, folder)) });
  expect(secure.url).toMatch(/^https:/);
  expect(await checkHealth(`${plain.url}/readyz`)).toEqual([0, `200 ${plain.url}/readyz\n`]);
  expect(await checkHealth(`${secure.url.replace('https', 'http')}/readyz`)).toEqual([0, `200 ${secure.url}/readyz\n`]);
  expect((await checkHealth(`${secure.url.replace('https', 'http')}/nothing`, 0))[0]).toBe(1);
});

test.each([
  ['basic_auth_users: { anna: sesame }', 'basic_auth_users'],
  ['basic_auth_user: {}', 'no such key; did you mean basic_auth_users?'],
  ['tls_server_config: { cert_file: a.crt }', 'a.crt'],
  ['tls_server_config: { cert: x }', 'cert_file and key_file are needed'],
  ['tls_server_config: { cert: x, cert_file: x, key: y }', 'cert and cert_file are both set'],
  ['tls_server_config: { cert: x, key: y }', 'tls_server_config: '],
  ['tls_server_config: { cert: x, key: y, client_ca: z }', 'only RequireAndVerifyClientCert uses it'],
  ['tls_server_config: { cert: x, key: y, client_auth_type: RequireAndVerifyClientCert }', 'client_ca_file: needed'],
  ['tls_server_config: { cert: x, key: y, cipher_suites: [] }', 'no such key'],
])('%s is refused with the reason', async (yaml, reason) => {
  await expect(loadWebConfig(webFile(yaml))).rejects.toThrow(reason);
});

test('a password in place of its hash is not in the error', async () => {
  const error = await loadWebConfig(webFile('basic_auth_users: { anna: open-sesame }')).catch(String);
  expect(error).not.toContain('open-sesame');
});

test('promtool accepts the example', async () => {
  const example = new URL('../../examples/web.yml', import.meta.url).pathname;
  const { status, stderr } = spawnSync('promtool', ['check', 'web-config', example], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
  expect((await loadWebConfig(example)).users.size).toBe(1);
});
