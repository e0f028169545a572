import { SlotOrder } from '../forwarding/slots.ts';

/** Replies that one client may be waiting for. */
const mostAwaited = 4096;

export type Closable = { close(reason: string): void; ready?: boolean };

/** The work under way for one client, by kind; `dispatch` begins nothing that must not overtake it. */
export class PendingWork {
  forwarded = 0;
  nearWrites = 0;
  reads = 0;
  writes = 0;
  exclusive = 0;
  readonly slots = new SlotOrder();
  /** What it waits on, which is closed with it. */
  own: Closable | undefined;

  /** Nothing more may be begun. */
  get full(): boolean {
    return this.exclusive > 0 || this.forwarded >= mostAwaited;
  }

  /** Whether it is blocked in the Redis, waiting for another client. */
  get blocked(): boolean {
    return this.own !== undefined && this.own.ready !== false;
  }

  /** One more command was forwarded; `nearWrites` is 1 if it is a write behind a near cache. */
  passedOn(nearWrites: 0 | 1): void {
    this.forwarded += 1;
    this.nearWrites += nearWrites;
  }

  delivered(count: number, nearWrites: number): void {
    this.forwarded -= count;
    this.nearWrites -= nearWrites;
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
