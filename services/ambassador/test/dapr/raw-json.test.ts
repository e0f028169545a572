import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemsAt, membersAt } from '../../src/frontends/dapr/raw-json.ts';

test('every member and item is found where it stands, whatever the values are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      fc.integer({ min: 0, max: 3 }),
      (rows, indent) => {
        const bytes = Buffer.from(JSON.stringify(rows, undefined, indent));
        const found = (itemsAt(bytes, 0) ?? []).map(({ start }) =>
          [...(membersAt(bytes, start) ?? [])].map(([name, span]) => [
            name,
            JSON.parse(bytes.toString('utf8', span.start, span.end)) as unknown,
          ]),
        );
        const wanted = (JSON.parse(bytes.toString()) as Record<string, unknown>[]).map((row) => [
          ...new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value])),
        ]);
        expect(found).toEqual(wanted);
      },
    ),
  );
});

test('what is no object has no members, what is no array no items', () => {
  expect(membersAt(Buffer.from(' []'), 0)).toBeUndefined();
  expect(itemsAt(Buffer.from('{}'), 0)).toBeUndefined();
});
