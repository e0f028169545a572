import type { RequestHistogram } from '@podkit/chassis/http/http-metrics';
import { jsonResponse } from '@podkit/chassis/http/openapi';
import type { Server } from '@podkit/chassis/http/server';
import type { Notes } from '../notes/notes.ts';
import type { ProcessState } from '../process-state.ts';
import { describeStats } from '../stats/stats.ts';

const statsSchemas = {
  pod: { summary: 'Who this Pod is', response: { 200: jsonResponse('Its identity.') } },
  stats: { summary: 'The metrics of the app, as JSON', response: { 200: jsonResponse('The metrics.') } },
};

/** `/api/pod` on the admin port: the whole identity. `/stats`: metrics, as JSON in a format of the app's own. */
export function statsRoutes(
  server: Server,
  { requests, state, notes }: { requests: RequestHistogram; state: ProcessState; notes: Notes },
): void {
  const { overload, identity } = state;
  server.get('/api/pod', { schema: statsSchemas.pod }, () => identity);
  server.get('/stats', { schema: statsSchemas.stats, config: { quiet: true } }, async () => {
    const { inFlight, shedTotal, eventLoopDelayMs, heapUsedRatio } = overload.state;
    return {
      ...describeStats(await requests.readCounts(), inFlight),
      notes: { degraded: notes.degradedSince === undefined ? 0 : 1 },
      overload: { shedTotal, eventLoopDelaySeconds: eventLoopDelayMs / 1000, heapUsedRatio },
    };
  });
}
