/** Keeps the replies of one client in the order of its requests while some are on their way, and gathers what may go out. */
export class ReplyQueue {
  /** Replies that have not come in full. */
  length = 0;
  /** Bytes that wait for replies before them. */
  held = 0;
  /** Bytes that may go out. */
  ready = 0;
  #parts: Buffer[] = [];
  #head: ReplySlot | undefined;
  #tail: ReplySlot | undefined;
  readonly #onReady: () => void;

  constructor(onReady: () => void) {
    this.#onReady = onReady;
  }

  /** All that may go out, in one piece. */
  take(): Buffer | undefined {
    const parts = this.#parts;
    if (parts.length === 0) return undefined;
    this.#parts = [];
    this.ready = 0;
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  }

  /** Whole replies that are known at once; they go out behind all that is still awaited. */
  add(bytes: Buffer): void {
    if (this.#tail === undefined) this.#output(bytes);
    else this.#hold((this.#tail.after ??= []), bytes);
  }

  /** Send something out of band as soon as no reply is sent in part. */
  interject(bytes: Buffer): void {
    if (this.#head === undefined || !this.#head.begun) this.#output(bytes);
    else this.#hold((this.#head.pushes ??= []), bytes);
  }

  /** Keep a place for a future reply, after all others or right behind `before`. */
  open(before?: ReplySlot): ReplySlot {
    const slot = new ReplySlot(this);
    this.length += 1;
    if (this.#head === undefined) this.#head = this.#tail = slot;
    else if (before === undefined || before === this.#tail) this.#append(slot);
    else {
      slot.next = before.next;
      before.next = slot;
    }
    if (before !== undefined) [slot.after, before.after] = [before.after, slot.after];
    return slot;
  }

  #append(slot: ReplySlot): void {
    if (this.#tail !== undefined) this.#tail.next = slot;
    this.#tail = slot;
  }

  /** For slots only. */
  deliver(slot: ReplySlot, bytes: Buffer): void {
    if (slot !== this.#head) this.#hold((slot.waiting ??= []), Buffer.from(bytes));
    else {
      slot.begun = true;
      this.#output(bytes);
    }
  }

  /** For slots only: `slot` has its reply; all that waited only for it goes out. */
  settle(slot: ReplySlot): void {
    this.length -= 1;
    slot.settled = true;
    while (this.#head?.settled) {
      this.#release(this.#head.pushes);
      this.#release(this.#head.after);
      this.#head = this.#head.next;
      if (this.#head?.waiting !== undefined) this.#catchUp(this.#head);
    }
    if (this.#head === undefined) this.#tail = undefined;
  }

  #catchUp(slot: ReplySlot): void {
    this.#release(slot.waiting);
    slot.waiting = undefined;
    slot.begun = true;
  }

  #output(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.ready += bytes.length;
    this.#onReady();
  }

  #hold(place: Buffer[], bytes: Buffer): void {
    place.push(bytes);
    this.held += bytes.length;
  }

  #release(place: Buffer[] = []): void {
    for (const bytes of place) {
      this.held -= bytes.length;
      this.#output(bytes);
    }
  }
}

/** The place of one reply, or of a run of them, among a client's replies. */
export class ReplySlot {
  next: ReplySlot | undefined;
  settled = false;
  begun = false;
  /** Its own bytes that came before its turn. */
  waiting: Buffer[] | undefined;
  /** Out of band, right behind it. */
  pushes: Buffer[] | undefined;
  /** What goes out behind it and its pushes. */
  after: Buffer[] | undefined;
  readonly #queue: ReplyQueue;

  constructor(queue: ReplyQueue) {
    this.#queue = queue;
  }

  /** Bytes of the reply, in order; borrowed, so they are copied where they must wait. */
  write(bytes: Buffer): void {
    this.#queue.deliver(this, bytes);
  }

  close(): void {
    this.#queue.settle(this);
  }
}
