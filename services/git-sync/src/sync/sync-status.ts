import { describeError } from '@podkit/chassis/errors';
import { UnverifiedError } from '../git/signatures.ts';
import type { Redactor } from '../log/redactor.ts';

/** The results of the last passes of one repository, for readiness. */
export class SyncStatus {
  readonly #redactor: Redactor;
  #lastSuccess: number | undefined;
  #failure: string | undefined;
  #unverified: string | undefined;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** `performance.now()` at the last success: the wall clock may jump. */
  get lastSuccess(): number | undefined {
    return this.#lastSuccess;
  }

  /** Why the last pass failed, redacted; undefined after a success. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Why a commit without a good signature is held back; undefined when none is. */
  get unverified(): string | undefined {
    return this.#unverified;
  }

  succeeded(): void {
    this.#lastSuccess = performance.now();
    this.#failure = undefined;
    this.#unverified = undefined;
  }

  verified(): void {
    this.#unverified = undefined;
  }

  failed(error: unknown): void {
    this.#failure = this.#redactor.redact(describeError(error));
    if (error instanceof UnverifiedError) this.#unverified = error.message;
  }

  /** There will be no further pass. */
  abandoned(error: unknown): void {
    this.#lastSuccess = undefined;
    this.#failure = this.#redactor.redact(describeError(error));
  }
}
