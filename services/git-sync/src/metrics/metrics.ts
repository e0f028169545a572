import type { HttpMetrics } from '@podkit/chassis/http/http-metrics';
import type { Registry } from 'prom-client';

/** How a request, a run or a check ended. */
export type EndStatus = 'success' | 'error';

/** Counts the events of one repository. */
export type SyncMetrics = {
  pass: (status: EndStatus | 'noop', seconds: number) => void;
  published: (hash: string, changed: boolean) => void;
  askpass: (status: EndStatus) => void;
  githubApp: (status: EndStatus) => void;
  hook: (name: string, status: EndStatus) => void;
  /** A signature was checked. After `error` a commit is held back, until `success`. */
  verification: (status: EndStatus) => void;
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

const countNothing = () => undefined;

/** Counts nothing. Used without `--http-metrics`, so that prom-client is not loaded. */
export const noMetrics: Metrics = {
  forRepository: () => ({
    pass: countNothing,
    published: countNothing,
    askpass: countNothing,
    githubApp: countNothing,
    hook: countNothing,
    verification: countNothing,
    cleanupFailure: countNothing,
  }),
  trigger: countNothing,
  exposition: undefined,
};
