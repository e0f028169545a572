import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeAuthority } from '@podkit/chassis/testing/certificates';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, onTestFinished, test } from 'vitest';
import { startAdapter } from '../support/start-adapter.ts';

/** A folder with an authority, and what it signed for localhost. */
function makeCertificates() {
  const own = tempDir();
  const authority = makeAuthority(own, 'authority');
  return { folder: own, authority, server: authority.sign('server', 'DNS:localhost,IP:127.0.0.1') };
}

/** Answers `{"v": 1}`, and each request for a token with the token `t`. */
const answer: RequestListener = ({ method }, response) =>
  void response.end(JSON.stringify(method === 'POST' ? { access_token: 't', expires_in: 3600 } : { v: 1 }));

/** An HTTPS server on the loopback, gone with the test. Returns its URL. */
async function serveTls(files: { cert: string; key: string }, options: ServerOptions = {}, listener = answer) {
  const secrets = { cert: readFileSync(files.cert), key: readFileSync(files.key) };
  const server = createServer({ ...secrets, ...options }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a scrape says of a source with these client settings. */
async function scrape(url: string, client: object) {
  const adapter = await startAdapter(
    `json: [{ name: app, url: '${url}', client: ${JSON.stringify(client)}, metrics: [{ name: v, value: $.v }] }]`,
  );
  const read = async () => (await (await adapter.get('/metrics')).text()).match(/^v .*$|reason="\w+"/gm) ?? [];
  return { read, values: await read() };
}

test('a server with a known certificate authority is read, and another is refused', async () => {
  const { authority, server } = makeCertificates();
  const foreign = makeAuthority(tempDir(), 'foreign');
  const url = await serveTls(server);
  const ca = readFileSync(authority.cert, 'utf8');
  expect((await scrape(url, { tls_config: { ca_file: authority.cert } })).values).toEqual(['v 1']);
  expect((await scrape(url, { tls_config: { ca } })).values, 'the authority as text').toEqual(['v 1']);
  expect((await scrape(url, { tls_config: { ca_file: foreign.cert } })).values).toEqual(['reason="tls"']);
  expect((await scrape(url, {})).values, "the system's authorities").toEqual(['reason="tls"']);
  expect((await scrape(url, { tls_config: { insecure_skip_verify: true } })).values).toEqual(['v 1']);
});

test('a certificate must have the name in server_name', async () => {
  const { authority } = makeCertificates();
  const url = await serveTls(authority.sign('inside', 'DNS:app.internal'));
  const ca_file = authority.cert;
  expect((await scrape(url, { tls_config: { ca_file } })).values).toEqual(['reason="tls"']);
  expect((await scrape(url, { tls_config: { ca_file, server_name: 'app.internal' } })).values).toEqual(['v 1']);
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)('a server that requires a certificate gets it with %s', async (version) => {
  const { authority, server } = makeCertificates();
  const ca = readFileSync(authority.cert);
  const url = await serveTls(server, { ca, requestCert: true, rejectUnauthorized: true, maxVersion: version });
  const { cert, key } = authority.sign('client', 'DNS:client');
  const tls = { ca_file: authority.cert };
  const withCertificate = await scrape(url, { tls_config: { ...tls, cert_file: cert, key_file: key } });
  expect(withCertificate.values).toEqual(['v 1']);
  expect((await scrape(url, { tls_config: tls })).values, 'without one').toEqual(['reason="tls"']);
});

test('a TLS version that the server lacks is the error tls', async () => {
  const { authority, server } = makeCertificates();
  const url = await serveTls(server, { maxVersion: 'TLSv1.2' });
  const tls = { ca_file: authority.cert, min_version: 'TLS13' };
  expect((await scrape(url, { tls_config: tls })).values).toEqual(['reason="tls"']);
});

test('a changed authority on disk applies from the next scrape on', async () => {
  const { authority, server, folder: own } = makeCertificates();
  const file = join(own, 'ca.pem');
  copyFileSync(makeAuthority(own, 'foreign').cert, file);
  const { read, values } = await scrape(await serveTls(server), { tls_config: { ca_file: file } });
  expect(values).toEqual(['reason="tls"']);
  copyFileSync(authority.cert, file);
  expect(await read()).toContain('v 1');
});

test('a missing file is the error tls, and its path and content are in no metric', async () => {
  const { values } = await scrape('https://127.0.0.1:1', { tls_config: { ca_file: '/nonexistent/ca.pem' } });
  expect(values).toEqual(['reason="tls"']);
});

test('a token is fetched with its own TLS settings', async () => {
  const { authority, server } = makeCertificates();
  const url = await serveTls(server);
  const oauth2 = { client_id: 'i', client_secret: 's', token_url: url };
  const tls_config = { ca_file: authority.cert };
  const trusted = await scrape(url, { tls_config, oauth2: { ...oauth2, tls_config } });
  expect(trusted.values).toEqual(['v 1']);
  expect((await scrape(url, { tls_config, oauth2 })).values).toEqual(['reason="auth"']);
});

test('a password in a file may change between two scrapes', async () => {
  const { authority, server, folder: own } = makeCertificates();
  const file = join(own, 'password');
  const url = await serveTls(server, {}, ({ headers }, response) => {
    response.writeHead(headers.authorization === `Basic ${btoa('u:two')}` ? 200 : 401).end('{"v": 1}');
  });
  writeFileSync(file, 'one\n');
  const client = { tls_config: { ca_file: authority.cert }, basic_auth: { username: 'u', password_file: file } };
  const { read, values } = await scrape(url, client);
  expect(values).toEqual(['reason="status"']);
  writeFileSync(file, 'two\n');
  expect(await read()).toContain('v 1');
});
