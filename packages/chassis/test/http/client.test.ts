import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ClientRequestOptions, HttpClient } from '../../src/http/client.ts';
import type { ClientOptions } from '../../src/http/client-agents.ts';
import { makeAuthority } from '../../testing/certificates.ts';
import { serve } from '../../testing/serve.ts';
import { tempDir } from '../../testing/temp-dir.ts';

async function listenOnFreePort(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Listen on the first of the ports that is free. */
async function listenOnOne(server: Server, ports: readonly number[]): Promise<number> {
  for (const port of ports) {
    server.listen(port, '127.0.0.1');
    if (
      await once(server, 'listening').then(
        () => true,
        () => false,
      )
    )
      return port;
  }
  throw new Error(`none of the ports ${ports.join(', ')} is free`);
}

function clientFor(options: ClientOptions = {}) {
  const client = new HttpClient(options);
  onTestFinished(() => client.close());
  return async (url: string, request: Partial<ClientRequestOptions> = {}) => {
    const answer = await client.send(url, { timeout: 20_000, ...request });
    return { ...answer, body: answer.body.toString() };
  };
}

test('any status is a response, and a body is sent with its length', async () => {
  const url = await serve((request, response) => {
    response.statusCode = 418;
    response.end(`${request.method} ${request.headers['content-length']}`);
  });
  expect(await clientFor()(url, { method: 'PUT', body: 'é' })).toMatchObject({ status: 418, body: 'PUT 2' });
});

test('a path is sent as it is, dots and all', async () => {
  const url = await serve((request, response) => response.end(request.url));
  expect((await clientFor()(url, { path: '/a/../b%2F..' })).body).toBe('/a/../b%2F..');
});

test('a response with bare line feeds is taken where the client is lenient, as curl and Go take it', async () => {
  const port = await listenOnFreePort(
    createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\n\nusername=me\npassword=pw\n'));
    }),
  );
  const url = `http://127.0.0.1:${port}/`;
  expect(await clientFor({ isLenient: true })(url)).toMatchObject({ status: 200, body: 'username=me\npassword=pw\n' });
  await expect(clientFor()(url)).rejects.toMatchObject({ code: 'ERR_NO_ANSWER', cause: { code: /^HPE_/ } });
});

test('a port that browsers refuse is used as any other', async () => {
  const server = createHttpServer((_request, response) => response.end('there'));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${await listenOnOne(server, [6665, 6666, 6667, 6668, 6669, 6679, 6697])}`;
  await expect(fetch(url)).rejects.toMatchObject({ cause: { message: 'bad port' } });
  expect((await clientFor()(url)).body).toBe('there');
});

test('a user name and password in the URL are sent as Basic authentication', async () => {
  const url = new URL(await serve((request, response) => response.end(request.headers.authorization)));
  Object.assign(url, { username: 'me', password: 'p@ss' });
  const { body } = await clientFor()(url.href);
  expect(Buffer.from(body.slice('Basic '.length), 'base64').toString()).toBe('me:p@ss');
});

test('redirects are followed up to a limit, and not at all by default', async () => {
  const url = await serve((request, response) => {
    const left = Number(request.url?.slice(1));
    if (left === 0) response.end('there');
    else response.writeHead(302, { location: `/${left - 1}` }).end();
  });
  const send = clientFor();
  expect((await send(`${url}/1`)).status).toBe(302);
  expect((await send(`${url}/10`, { redirects: 11 })).body).toBe('there');
  await expect(send(`${url}/11`, { redirects: 11 })).rejects.toMatchObject({ code: 'ERR_REDIRECTS' });
});

test('a redirect to another host goes without the authorization, and 307 repeats the request', async () => {
  const other = await serve((request, response) =>
    response.end(`${request.method} ${request.headers.authorization} ${request.headers.host}`),
  );
  const url = await serve((_request, response) => response.writeHead(307, { location: other }).end());
  const headers = { Authorization: 'Bearer s3cret' };
  const { body } = await clientFor()(url, { method: 'POST', headers, body: 'x', redirects: 5 });
  expect(body).toBe(`POST undefined ${new URL(other).host}`);
});

test('HTTP_PROXY is used, and NO_PROXY keeps a host from it', async () => {
  const proxy = await serve((request, response) => response.end(`by proxy: ${request.url}`));
  const direct = await serve((_request, response) => response.end('direct'));
  const env = { HTTP_PROXY: proxy };
  expect((await clientFor({ env })('http://example.invalid/x')).body).toBe('by proxy: http://example.invalid/x');
  expect((await clientFor({ env: { ...env, NO_PROXY: '127.0.0.1' } })(direct)).body).toBe('direct');
});

test('an authority of SSL_CERT_FILE is trusted, and no other unknown one', async () => {
  const authority = makeAuthority(tempDir(), 'authority');
  const { cert, key } = authority.sign('server', 'DNS:localhost');
  const identity = { cert: readFileSync(cert), key: readFileSync(key) };
  const server = createHttpsServer(identity, (_request, response) => response.end('safe'));
  onTestFinished(() => server.closeAllConnections());
  const url = `https://localhost:${await listenOnFreePort(server)}`;
  expect((await clientFor({ env: { SSL_CERT_FILE: authority.cert } })(url)).body).toBe('safe');
  await expect(clientFor()(url)).rejects.toMatchObject({ code: 'ERR_NO_ANSWER' });
});

test('a response beyond the limit is refused', async () => {
  const url = await serve((_request, response) => response.end('x'.repeat(100_000)));
  await expect(clientFor({ limit: 1000 })(url)).rejects.toMatchObject({ code: 'ERR_ANSWER_TOO_LARGE' });
});

test('a response that begins and never ends is given up after the timeout', async () => {
  const url = await serve((_request, response) => void response.write('x'));
  await expect(clientFor()(url, { timeout: 100 })).rejects.toMatchObject({
    code: 'ERR_NO_ANSWER',
    message: `${new URL(url).host}: no response within 100 ms`,
  });
});

test('a request is sent again where the server closed a kept connection while it was sent', async () => {
  const seen: number[] = [];
  let connections = 0;
  const port = await listenOnFreePort(
    createServer((socket) => {
      const connection = ++connections;
      let requests = 0;
      socket.on('error', () => undefined);
      socket.on('data', () => {
        seen.push(connection);
        requests += 1;
        if (requests > 1) socket.destroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
    }),
  );
  const send = clientFor();
  await send(`http://127.0.0.1:${port}`);
  expect((await send(`http://127.0.0.1:${port}`)).body).toBe('ok');
  expect(seen).toEqual([1, 1, 2]);
});

test('the reason of a failed connection is the cause', async () => {
  const url = await serve((_request, response) => response.end());
  const refused = url.replace(/\d+$/, '1');
  await expect(clientFor()(refused)).rejects.toMatchObject({ code: 'ERR_NO_ANSWER', cause: { code: 'ECONNREFUSED' } });
});
