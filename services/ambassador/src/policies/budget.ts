/** How many may always be spent, so that a service with few requests can retry, too. */
const reserve = 10;

/** Limits extra work to a part of the requests: each request earns this part, and each extra one spends 1. */
export class Budget {
  readonly #part: number;
  #balance = reserve;

  constructor(part: number) {
    this.#part = part;
  }

  earn(): void {
    this.#balance = Math.min(this.#balance + this.#part, reserve + 100 * this.#part);
  }

  /** False when there is nothing left to spend. */
  spend(): boolean {
    if (this.#balance < 1) return false;
    this.#balance -= 1;
    return true;
  }
}
