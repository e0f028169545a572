import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { sendRequest } from '../src/web/send-request.ts';

const signal = new AbortController().signal;

async function serve(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('an answer with bare line feeds is taken, as curl and Go take it', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\n\nusername=me\npassword=pw\n'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  expect(await sendRequest(url, { signal }, {})).toMatchObject({ status: 200, body: 'username=me\npassword=pw\n' });
});

test('a user name and password in the URL are sent as Basic authentication', async () => {
  const url = new URL(await serve((request, response) => response.end(request.headers.authorization)));
  Object.assign(url, { username: 'me', password: 'p@ss' });
  const { body } = await sendRequest(url, { signal }, {});
  expect(Buffer.from(body.slice('Basic '.length), 'base64').toString()).toBe('me:p@ss');
});

test('redirects are followed up to a limit, and not at all by default', async () => {
  const url = new URL(
    await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    }),
  );
  const to = (left: number, redirects: number) => sendRequest(new URL(`/${left}`, url), { signal, redirects }, {});
  expect((await to(1, 0)).status).toBe(302);
  expect((await to(10, 11)).body).toBe('there');
  await expect(to(11, 11)).rejects.toThrow('too many redirects');
});

test('HTTP_PROXY is used, and NO_PROXY keeps a host from it', async () => {
  const proxy = await serve((request, response) => response.end(`by proxy: ${request.url}`));
  const direct = await serve((_request, response) => response.end('direct'));
  const env = { HTTP_PROXY: proxy };
  expect((await sendRequest(new URL('http://example.invalid/x'), { signal }, env)).body).toBe(
    'by proxy: http://example.invalid/x',
  );
  expect((await sendRequest(new URL(direct), { signal }, { ...env, NO_PROXY: '127.0.0.1' })).body).toBe('direct');
});

test('an answer without end is given up', async () => {
  const url = new URL(await serve((_request, response) => response.end('x'.repeat(100_000))));
  await expect(sendRequest(url, { signal }, {})).rejects.toThrow('an answer of more than');
});
