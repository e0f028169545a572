import type { HttpMetrics } from '@podkit/chassis/http/http-metrics';
import type { Registry } from 'prom-client';

type Outcome = 'success' | 'error';

/** What one synced repository counts. */
export type SyncMetrics = {
  pass: (status: Outcome | 'noop', seconds: number) => void;
  published: (hash: string, changed: boolean) => void;
  askpass: (status: Outcome) => void;
  githubApp: (status: Outcome) => void;
  hook: (name: string, status: Outcome) => void;
  /** A signature was checked; after an error the remote has what is not published, until a success. */
  verification: (status: Outcome) => void;
  /** A superseded checkout could not be removed. */
  cleanupFailure: () => void;
};

/** What the process counts. */
export type Metrics = {
  of: (repository: string) => SyncMetrics;
  trigger: (outcome: string) => void;
  /** What Prometheus scrapes, with the metrics of HTTP; undefined where nothing is counted. */
  exposition: { registry: Registry; http: HttpMetrics } | undefined;
};

const nothing = () => undefined;

/** Counts nothing: without `--http-metrics` there is no endpoint to read it from, and prom-client is not loaded. */
export const noMetrics: Metrics = {
  of: () => ({
    pass: nothing,
    published: nothing,
    askpass: nothing,
    githubApp: nothing,
    hook: nothing,
    verification: nothing,
    cleanupFailure: nothing,
  }),
  trigger: nothing,
  exposition: undefined,
};
