/** What a member takes beside its text. */
const bytesPerMember = 100;
/** Characters of a member that are kept; what is equal so far counts as one. */
const longest = 256;

/** The members of a set that were seen in the last `maxAge` milliseconds, `maxMembers` at most. */
export class MemberWindow {
  readonly #maxAge: number;
  readonly #maxMembers: number;
  /** When each was seen last, the longest ago first. */
  readonly #seen = new Map<string, number>();
  /** An estimate of the memory that the members take. */
  bytes = 0;

  constructor({ maxAge, maxMembers }: { maxAge: number; maxMembers: number }) {
    this.#maxAge = maxAge;
    this.#maxMembers = maxMembers;
  }

  /** Note a member; `full` says that memory is scarce. Returns false where it is new and there is no room for it. */
  add(text: string, { now, full }: { now: number; full: boolean }): boolean {
    const member = text.slice(0, longest);
    if (this.#seen.delete(member)) {
      this.#seen.set(member, now);
      return true;
    }
    this.#forget(now);
    if (full || this.#seen.size >= this.#maxMembers) return false;
    // A part of a packet's text would keep the whole packet in memory.
    this.#seen.set(Buffer.from(member, 'latin1').toString('latin1'), now);
    this.bytes += bytesPerMember + member.length;
    return true;
  }

  /** How many there are. */
  sizeAt(now: number): number {
    this.#forget(now);
    return this.#seen.size;
  }

  #forget(now: number): void {
    for (const [member, seen] of this.#seen) {
      if (now - seen < this.#maxAge) return;
      this.#seen.delete(member);
      this.bytes -= bytesPerMember + member.length;
    }
  }
}
