import type { Server } from '@podkit/chassis/http/server';
import type { EventStreams } from '@podkit/chassis/http/sse';
import type { SiteWatch } from '../site/site-watch.ts';

/** A page that includes it reloads itself when another commit is published. */
const liveScript = `let shown;
new EventSource('/api/site/events').addEventListener('commit', (event) => {
  const { commit } = JSON.parse(event.data);
  if (shown !== undefined && commit !== shown) location.reload();
  shown = commit;
});
`;

/** `/api/site`: which commit is published, as JSON, as a stream, and as a script that reloads a page. */
export function liveRoutes(server: Server, { watch, stream }: { watch: SiteWatch; stream: EventStreams }): void {
  watch.onChange((published) => stream.publish({ event: 'commit', data: published }));
  server.get('/api/site', (_request, reply) => {
    void reply.header('cache-control', 'no-store');
    return { published: watch.published !== undefined, ...watch.published };
  });
  server.get('/api/site/events', { config: { stream: true } }, (_request, reply) => {
    const { published } = watch;
    stream.open(reply, published === undefined ? [] : [{ event: 'commit', data: published }]);
  });
  server.get('/api/site/live.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(liveScript));
}
