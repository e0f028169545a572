type QueuedClient = { work(): void; flush(): void };

/** Gathers clients that have something to write or can go on, so that each is served once per turn of the loop. */
export class TurnQueue {
  #toFlush = new Set<QueuedClient>();
  #toWork = new Set<QueuedClient>();
  readonly #waiting = new Set<QueuedClient>();
  #scheduled = false;

  flushLater(client: QueuedClient): void {
    this.#toFlush.add(client);
    this.#schedule();
  }

  workLater(client: QueuedClient): void {
    this.#toWork.add(client);
    this.#schedule();
  }

  /** Let the client go on when a Redis has answered something: it has more to send than that Redis takes now. */
  waitForRoom(client: QueuedClient): void {
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
