type Client = { work(): void; flush(): void };

/** Gathers clients that have something to write or can go on, so that each is served once per turn of the loop. */
export class TurnQueue {
  #toFlush = new Set<Client>();
  #toWork = new Set<Client>();
  readonly #waiting = new Set<Client>();
  #scheduled = false;

  flushLater(client: Client): void {
    this.#toFlush.add(client);
    this.#schedule();
  }

  workLater(client: Client): void {
    this.#toWork.add(client);
    this.#schedule();
  }

  /** Let the client go on when a Redis has answered something: it has more to send than that Redis takes now. */
  waitForRoom(client: Client): void {
    this.#waiting.add(client);
  }

  /** Serve them now. */
  run(): void {
    for (const client of this.#waiting) this.#toWork.add(client);
    this.#waiting.clear();
    // Work first: it may have more to write.
    while (this.#toWork.size > 0) {
      const clients = this.#toWork;
      this.#toWork = new Set();
      for (const client of clients) {
        client.work();
        this.#toFlush.add(client);
      }
    }
    const clients = this.#toFlush;
    if (clients.size === 0) return;
    this.#toFlush = new Set();
    for (const client of clients) client.flush();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.run();
    });
  }
}
