import { errorResponse, jsonResponse, textResponse } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import type { EventStreams } from '@podkit/chassis/http/sse';
import type { SiteWatch } from '../site/site-watch.ts';

/** Reloads the page that includes it when another commit is published. */
const liveScript = `let shown;
new EventSource('/api/site/events').addEventListener('commit', (event) => {
  const { commit } = JSON.parse(event.data);
  if (shown !== undefined && commit !== shown) location.reload();
  shown = commit;
});
`;

const liveSchemas = {
  site: { summary: 'The commit that is published', response: { 200: jsonResponse('The commit, if there is one.') } },
  events: {
    summary: 'Each commit that is published, as server-sent events',
    response: { 200: textResponse('A stream.', 'text/event-stream'), 503: errorResponse('Too many streams.') },
  },
  script: {
    summary: 'A script that reloads a page when another commit is published',
    response: { 200: textResponse('The script.', 'text/javascript') },
  },
};

/** `/api/site`: which commit is published, as JSON, as a stream, and as a script that reloads a page. */
export function liveRoutes(server: Server, { watch, stream }: { watch: SiteWatch; stream: EventStreams }): void {
  watch.onChange((published) => stream.publish({ event: 'commit', data: published }));
  server.get('/api/site', { schema: liveSchemas.site }, (_request, reply) => {
    void reply.header('cache-control', 'no-store');
    return { published: watch.published !== undefined, ...watch.published };
  });
  server.get('/api/site/events', { schema: liveSchemas.events, config: { stream: true } }, (_request, reply) => {
    const { published } = watch;
    stream.open(reply, published === undefined ? [] : [{ event: 'commit', data: published }]);
  });
  server.get('/api/site/live.js', { schema: liveSchemas.script }, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(liveScript),
  );
}
