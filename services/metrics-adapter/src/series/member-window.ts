import { copyText } from './copy-text.ts';

/** Estimated bytes of a member without its text. */
const bytesPerMember = 100;
/** Number of characters of a member that are kept. Members with the same first characters count as one. */
const longestMember = 256;

/** The members of a set in the last `maxAge` milliseconds, at most `maxMembers`. */
export class MemberWindow {
  readonly #maxAge: number;
  readonly #maxMembers: number;
  /** The time when each member was last seen, oldest first. */
  readonly #seen = new Map<string, number>();
  /** The estimated bytes of the members. */
  bytes = 0;

  constructor({ maxAge, maxMembers }: { maxAge: number; maxMembers: number }) {
    this.#maxAge = maxAge;
    this.#maxMembers = maxMembers;
  }

  /** Add a member. Returns false if it is new and there is no room; `full` means that memory is exhausted. */
  add(text: string, { now, full }: { now: number; full: boolean }): boolean {
    const member = text.slice(0, longestMember);
    if (this.#seen.delete(member)) {
      this.#seen.set(member, now);
      return true;
    }
    this.#forget(now);
    if (full || this.#seen.size >= this.#maxMembers) return false;
    this.#seen.set(copyText(member), now);
    this.bytes += bytesPerMember + member.length;
    return true;
  }

  /** The number of members. */
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
