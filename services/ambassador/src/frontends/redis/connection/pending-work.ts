import type { Closable, Pending } from '../client.ts';
import { SlotOrder } from '../forwarding/slot-order.ts';

/** Replies that one client may be waiting for. */
const mostAwaited = 4096;

/** The work under way for one client, by kind; `dispatch` begins nothing that must not overtake it. */
export class PendingWork implements Pending {
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

  get blocked(): boolean {
    return this.own !== undefined && this.own.ready !== false;
  }

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
