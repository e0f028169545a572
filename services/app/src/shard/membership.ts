import { type Static, Type } from 'typebox';

/**
 * What is known of one ordinal. Its epoch is odd while it is in (its keys are on its volume) and even after it has left
 * (it has handed its keys over); it alone counts it up. So of two opinions the one with the higher epoch is the later.
 */
const memberSchema = Type.Object({
  ordinal: Type.Integer({ minimum: 0 }),
  epoch: Type.Integer({ minimum: 1 }),
  /** `host:port` under which it is asked. */
  address: Type.String({ maxLength: 300 }),
});
export const membersSchema = Type.Array(memberSchema, { maxItems: 1000 });

export type Member = Static<typeof memberSchema>;

export const isIn = (member: Member): boolean => member.epoch % 2 === 1;

/** Who belongs to the service. A Pod that just does not answer stays in: its keys are on its volume and nowhere else. */
export class Membership {
  readonly self: number;
  readonly #members = new Map<number, Member>();

  constructor(self: number) {
    this.self = self;
  }

  get all(): Member[] {
    return [...this.#members.values()].sort((a, b) => a.ordinal - b.ordinal);
  }

  /** Ordinals that are in, self too. */
  get ordinals(): number[] {
    return this.all.filter(isIn).map(({ ordinal }) => ordinal);
  }

  /** Members that are in, without self. */
  get others(): Member[] {
    return this.all.filter((member) => isIn(member) && member.ordinal !== this.self);
  }

  get own(): Member | undefined {
    return this.#members.get(this.self);
  }

  get(ordinal: number): Member | undefined {
    return this.#members.get(ordinal);
  }

  /** Take over what is newer. True when somebody has come or gone. */
  merge(members: readonly Member[]): boolean {
    let changed = false;
    for (const member of members) {
      const known = this.#members.get(member.ordinal);
      if (known !== undefined && known.epoch > member.epoch) continue;
      // About itself everyone else can at best repeat what it said.
      if (member.ordinal === this.self && known?.epoch === member.epoch) continue;
      this.#members.set(member.ordinal, member);
      if (known?.epoch !== member.epoch) changed = true;
    }
    return changed;
  }

  /** Be in, under this address: with the next odd epoch, or the same one where this Pod never left. */
  join(address: string): void {
    const epoch = this.own?.epoch ?? 0;
    this.#members.set(this.self, { ordinal: this.self, epoch: epoch % 2 === 1 ? epoch : epoch + 1, address });
  }

  /** Have left. */
  leave(): void {
    const own = this.own;
    if (own !== undefined && isIn(own)) this.#members.set(this.self, { ...own, epoch: own.epoch + 1 });
  }
}
