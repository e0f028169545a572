import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

// A PostgreSQL for one machine with nothing installed: PGlite behind a socket, to which the ordinary driver connects.
// A process of its own, so that it can be stopped last.   usage: node pglite-server.ts PORT [FOLDER]
const [port = '5433', folder] = process.argv.slice(2);
const db = await (folder === undefined ? PGlite.create() : PGlite.create(folder));
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: Number(port), maxConnections: 10 });
await server.start();

const stop = () =>
  void server
    .stop()
    .then(() => db.close())
    .then(() => process.exit(0));
process.once('SIGTERM', stop);
// Standard input ends when the process that started this one has ended.
process.stdin.once('end', stop).resume();
