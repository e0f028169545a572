import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';

type BackendRequest = { root: string; url: URL; pushes: boolean };

/** Hand one request to `git http-backend`, git's own CGI program (https://git-scm.com/docs/git-http-backend). */
export function runGitBackend(request: IncomingMessage, response: ServerResponse, of: BackendRequest): void {
  const { root, url, pushes } = of;
  const path = decodedPath(url);
  if (path === undefined) {
    response.writeHead(400).end('the path is not percent-encoded UTF-8\n');
    return;
  }
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      // git accepts a push only with the name of a user.
      ...(pushes ? { REMOTE_USER: 'pusher' } : {}),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  response.on('close', () => child.kill());
  child.on('error', () => response.writeHead(500).end('git cannot be run\n'));
  sendCgiResponse(child.stdout, response);
}

function decodedPath({ pathname }: URL): string | undefined {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}

/** A CGI answer (RFC 3875): header lines, an empty line, the body; `Status:` carries the code. */
function sendCgiResponse(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    output.off('data', onData);
    for (const line of head.toString('latin1', 0, end).split('\r\n')) {
      const colon = line.indexOf(':');
      const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
      if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
    output.pipe(response);
  };
  output.on('data', onData);
  output.on('end', () => response.writableEnded || response.end());
}
