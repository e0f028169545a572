import type { Server } from '@podkit/chassis/http/server';
import type { SiteWatch } from '../site/site-watch.ts';
import type { EventStream } from './event-stream.ts';

/** A page that includes it reloads itself when another commit is published. */
const liveScript = `let shown;
new EventSource('/api/site/events').addEventListener('commit', (event) => {
  const { commit } = JSON.parse(event.data);
  if (shown !== undefined && commit !== shown) location.reload();
  shown = commit;
});
`;

/** `/api/site`: which commit is published, as JSON, as a stream, and as a script that reloads a page. */
export function liveRoutes(server: Server, { watch, stream }: { watch: SiteWatch; stream: EventStream }): void {
  watch.onChange((published) => stream.publish('commit', published));
  server.get('/api/site', (_request, reply) => {
    void reply.header('cache-control', 'no-store');
    return { published: watch.published !== undefined, ...watch.published };
  });
  server.get('/api/site/events', { config: { stream: true } }, (_request, reply) =>
    stream.open(reply, watch.published && { event: 'commit', data: watch.published }),
  );
  server.get('/api/site/live.js', (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').header('x-content-type-options', 'nosniff').send(liveScript),
  );
}
