import { SlotOrder } from '../forwarding/slots.ts';

export type Closable = { close(reason: string): void; ready?: boolean };

/** The work under way for one client, by kind; `dispatch` begins nothing that must not overtake it. */
export class PendingWork {
  /** Commands that were passed on to a Redis. */
  forwarded = 0;
  /** Those of them that write keys of a near cache. */
  nearWrites = 0;
  reads = 0;
  writes = 0;
  exclusive = 0;
  readonly slots = new SlotOrder();
  /** What it waits on, which is closed with it. */
  own: Closable | undefined;

  /** Whether it is blocked in the Redis, waiting for another client. */
  get blocked(): boolean {
    return this.own !== undefined && this.own.ready !== false;
  }

  begin(own: Closable | undefined): void {
    this.own = own;
    this.exclusive += 1;
  }

  end(): void {
    this.own = undefined;
    this.exclusive -= 1;
  }
}
