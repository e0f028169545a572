import type { HttpMetrics } from '@podkit/chassis/http/http-metrics';
import type { Registry } from 'prom-client';

type Outcome = 'success' | 'error';

/** Counts the events of one repository. */
export type SyncMetrics = {
  pass: (status: Outcome | 'noop', seconds: number) => void;
  published: (hash: string, changed: boolean) => void;
  askpass: (status: Outcome) => void;
  githubApp: (status: Outcome) => void;
  hook: (name: string, status: Outcome) => void;
  /** A signature was checked. After `error` a commit is held back, until `success`. */
  verification: (status: Outcome) => void;
  /** A superseded checkout could not be removed. */
  cleanupFailure: () => void;
};

/** Counts the events of the process. */
export type Metrics = {
  forRepository: (name: string) => SyncMetrics;
  trigger: (outcome: string) => void;
  /** What Prometheus scrapes, with the HTTP metrics; undefined when nothing is counted. */
  exposition: { registry: Registry; http: HttpMetrics } | undefined;
};

const nothing = () => undefined;

/** Counts nothing. Used without `--http-metrics`, so that prom-client is not loaded. */
export const noMetrics: Metrics = {
  forRepository: () => ({
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
