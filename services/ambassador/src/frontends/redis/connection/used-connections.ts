type UsedConnection = { closed: boolean };

/** The shared connections that carried one client's commands, to know when one of them was lost. */
export class UsedConnections {
  #last: UsedConnection | undefined;
  readonly #all = new Set<UsedConnection>();
  #lost = false;

  add(connection: UsedConnection): void {
    if (connection === this.#last) return;
    this.#last = connection;
    this.#dropClosed();
    this.#all.add(connection);
  }

  /** Whether one was lost since the last call: writes that it carried may be lost with its server. */
  takeLost(): boolean {
    this.#dropClosed();
    const lost = this.#lost;
    this.#lost = false;
    return lost;
  }

  #dropClosed(): void {
    for (const connection of this.#all) if (connection.closed && this.#all.delete(connection)) this.#lost = true;
  }
}
