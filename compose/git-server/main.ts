// A Git remote over smart HTTP: everybody may fetch, who knows the password may push. For demonstrations only.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { isPushAllowed } from './authorization.ts';
import { runGitBackend } from './backend.ts';
import { seedRepository } from './seed.ts';

const { GIT_ROOT = '/repositories', GIT_SEED, PORT = '8888', PUSH_PASSWORD_FILE } = process.env;
const password = PUSH_PASSWORD_FILE === undefined ? undefined : readFileSync(PUSH_PASSWORD_FILE, 'utf8').trim();

// As the ambassador does; the passwords are those of compose/demo-secrets.
if (password?.startsWith('podkit-demo-'))
  console.log(JSON.stringify({ level: 'warn', msg: 'PUSH_PASSWORD_FILE has a demo password, which everybody knows' }));

seedRepository(`${GIT_ROOT}/site.git`, GIT_SEED);

const server = createServer((request, response) => {
  const url = URL.parse(request.url ?? '/', 'http://git-server');
  if (url === null) {
    response.writeHead(400).end('the path is no path\n');
    return;
  }
  if (url.pathname === '/healthz') {
    response.end('ok\n');
    return;
  }
  const pushes = url.pathname.endsWith('/git-receive-pack') || url.searchParams.get('service') === 'git-receive-pack';
  if (pushes && !isPushAllowed(request.headers.authorization, password)) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git-server"', 'content-type': 'text/plain' });
    response.end('a push needs the password\n');
    return;
  }
  runGitBackend(request, response, { root: GIT_ROOT, url, pushes });
});
server.listen(Number(PORT), () => console.log(JSON.stringify({ msg: 'git-server listens', port: Number(PORT) })));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
