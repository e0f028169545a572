import { type Health, type Probe, probeText } from '@podkit/chassis/http/health';
import { runProbe } from '@podkit/chassis/http/probes';
import type { Lifecycle } from '@podkit/chassis/process/lifecycle';
import { type Route, textAnswer } from './message.ts';

export type ProbesInput = {
  health: Health;
  lifecycle: Lifecycle;
  /** What `?verbose` says besides of checks that pass, by their names. */
  notes: () => ReadonlyMap<string, string>;
};

/**
 * podkit's probes: 200 or 503, with `?verbose` a line per check, and `?exclude=name` (repeatable) to leave checks out,
 * as the Kubernetes API server does.
 */
export function probeRoute(probe: Probe, { health, lifecycle, notes }: ProbesInput): Route {
  return {
    name: `/${probe}`,
    handle: async ({ query }) => {
      const result = await runProbe(probe, { health, lifecycle }, query.getAll('exclude'));
      const { status, headers, body } = textAnswer(result.ok ? 200 : 503, probeText(result, query.has('verbose')));
      return { status, headers: { ...headers, 'cache-control': 'no-store' }, body: withNotes(body ?? '', notes()) };
    },
  };
}

function withNotes(text: string, notes: ReadonlyMap<string, string>): string {
  const lines = text.split('\n').map((line) => {
    const note = notes.get(/^\[\+\](\S+) ok$/.exec(line)?.[1] ?? '');
    return note === undefined ? line : `${line}, but ${note}`;
  });
  return lines.join('\n');
}
