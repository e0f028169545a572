import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemberWindow } from '../../src/series/member-window.ts';

test('a member counts for its maximum age after its last sample', () => {
  const window = new MemberWindow({ maxAge: 10, maxMembers: 5 });
  for (const [member, now] of [
    ['a', 0],
    ['b', 5],
    ['a', 9],
  ] as const)
    window.add(member, { now, full: false });
  expect([0, 14, 15, 18, 19].map((now) => window.sizeAt(now))).toEqual([2, 2, 1, 1, 0]);
  expect(window.bytes).toBe(0);
});

test('a full set, or one without memory, leaves out new members and still counts known ones', () => {
  const window = new MemberWindow({ maxAge: 10, maxMembers: 2 });
  const add = (member: string, full = false) => window.add(member, { now: 0, full });
  expect([add('a'), add('b', true), add('a', true), add('b'), add('c'), add('b')]).toEqual([
    true,
    false,
    true,
    true,
    false,
    true,
  ]);
  expect(window.sizeAt(0)).toBe(2);
});

test('a set counts the members that a plain list of their last samples has', () => {
  const sightings = fc.array(fc.tuple(fc.nat(8), fc.nat(3)), { maxLength: 60 });
  fc.assert(
    fc.property(sightings, (steps) => {
      const window = new MemberWindow({ maxAge: 10, maxMembers: 100 });
      const last = new Map<string, number>();
      let now = 0;
      for (const [member, pause] of steps) {
        now += pause;
        window.add(`m${member}`, { now, full: false });
        last.set(`m${member}`, now);
        expect(window.sizeAt(now)).toBe([...last.values()].filter((seen) => now - seen < 10).length);
      }
    }),
  );
});
