import fc from 'fast-check';
import type { Target } from './target.ts';

/** Texts for a target: any at all, pieces of its grammar in any order, and inputs that it takes with something changed. */
export function textsFor({ tokens, examples }: Target, corpus: readonly string[]): fc.Arbitrary<string> {
  const pieces = fc.array(
    fc.oneof(fc.constantFrom(...tokens), fc.string({ unit: 'binary', maxLength: 4 }), fc.double().map(String)),
    { maxLength: 30 },
  );
  const changed = fc
    .tuple(fc.constantFrom(...examples, ...corpus), fc.nat(), fc.nat({ max: 8 }), pieces, fc.nat())
    .map(([text, at, removed, inserted, moved]) => {
      const from = text.length === 0 ? 0 : at % text.length;
      const rest = text.slice(from + removed);
      const again = moved % 4 === 0 ? rest : '';
      return text.slice(0, from) + inserted.slice(0, moved % 5).join('') + rest + again;
    });
  return fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    { weight: 3, arbitrary: pieces.map((parts) => parts.join('')) },
    { weight: 4, arbitrary: changed },
  );
}
