import { messageOf, PodkitError } from '@podkit/chassis/errors';
import { Hysteresis, type HysteresisOptions } from './hysteresis.ts';

/** Looks at something this service needs; rejects, with the reason, when it is not well. */
export type Look = (signal: AbortSignal) => Promise<void>;

export type DependencyOptions = HysteresisOptions & {
  /** Milliseconds from one look to the next. */
  period: number;
  /** Milliseconds one look may take. */
  timeout: number;
};

/** Looks again and again at one dependency, beside the probes, so that a slow one never makes a probe slow. */
export class Dependency {
  readonly #look: Look;
  readonly #options: DependencyOptions;
  readonly #hysteresis: Hysteresis;
  #reason = 'not looked at yet';
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(look: Look, options: DependencyOptions) {
    this.#look = look;
    this.#options = options;
    this.#hysteresis = new Hysteresis(options);
  }

  /** Look now, and from then on every period. */
  async start(): Promise<void> {
    await this.lookOnce();
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.start(), this.#options.period);
    this.#timer.unref();
  }

  async lookOnce(): Promise<void> {
    const end = AbortSignal.timeout(this.#options.timeout);
    try {
      await Promise.race([this.#look(end), rejectsAtEnd(end, this.#options.timeout)]);
      this.#hysteresis.record(true);
    } catch (error) {
      this.#reason = messageOf(error);
      this.#hysteresis.record(false);
    }
  }

  /** As a health check: throws why it is not well, when enough looks in a row said so. */
  check(): void {
    if (this.#hysteresis.verdict !== true) throw new PodkitError('ERR_DEPENDENCY', this.#reason);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}

function rejectsAtEnd(end: AbortSignal, timeout: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    const late = () => reject(new PodkitError('ERR_TIMEOUT', `no answer within ${timeout} ms`));
    end.addEventListener('abort', late, { once: true });
  });
}
