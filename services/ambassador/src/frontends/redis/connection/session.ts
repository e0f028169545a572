/** The user name and password of clients. Without a password every client is let in, as with a Redis without `requirepass`. */
export type Credentials = { username: string; password: () => string | undefined };

/** The state of one connection that its client can set. */
export class Session {
  readonly id: number;
  readonly address: string;
  readonly connectedAt = Date.now();
  protocol: 2 | 3 = 2;
  authenticated: boolean;
  name = '';
  libraryName = '';
  libraryVersion = '';
  lastCommand = 'NULL';
  /** The database that SELECT has chosen; undefined: the one of the store. */
  database: number | undefined;
  /** Their number. While there are some, a RESP2 connection may send few other commands. */
  subscriptions = 0;

  constructor(id: number, address: string, authenticated: boolean) {
    this.id = id;
    this.address = address;
    this.authenticated = authenticated;
  }

  /** As CLIENT LIST shows a connection. */
  describe(): string {
    const age = Math.floor((Date.now() - this.connectedAt) / 1000);
    return `id=${this.id} addr=${this.address} name=${this.name} age=${age} db=${this.database ?? 0} sub=${this.subscriptions} resp=${this.protocol} cmd=${this.lastCommand} user=default lib-name=${this.libraryName} lib-ver=${this.libraryVersion}`;
  }
}
