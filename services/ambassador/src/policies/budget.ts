/** How many may always be spent, so that a quiet service can still retry. */
const reserve = 10;

/** Extra work that is allowed in proportion to the usual: each request earns a part, each extra one spends a whole. */
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
