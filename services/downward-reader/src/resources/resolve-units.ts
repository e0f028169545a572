import type { Field, Reading } from './field.ts';
import { agreeingWith, deriveUnit, type Quantity, type Range, rangeWith } from './units.ts';

type Quantities = { volume: Quantity | undefined; environment: Quantity | undefined };
type Known = Pick<Reading, 'value' | 'divisor' | 'unit'>;
export type Units = { volume: Known; environment: Known };

/**
 * Find the divisor of both readings of one quantity from what they and the kernel say together. What none of them tells stays
 * open: its value is undefined, and the text is still there.
 *
 * @param enforced what the kernel enforces, where it is a limit
 * @param limit the limit, where it is a request: no request is larger, and a manifest mostly writes both alike
 */
export function resolveUnits(
  quantities: Quantities,
  { enforced, limit }: { enforced: Range | undefined; limit: Field | undefined },
): Units {
  const below = rangeBelow(limit);
  const narrowed = (quantity: Quantity | undefined, sibling: Reading | undefined) => {
    if (quantity === undefined) return undefined;
    const byKernel = enforced === undefined ? quantity : agreeingWith(quantity, [enforced], 'cgroup');
    const byLimit = below === undefined ? byKernel : agreeingWith(byKernel, [below], 'limit');
    return sibling?.divisor === undefined ? byLimit : { ...byLimit, preferred: sibling.divisor };
  };
  const volume = narrowed(quantities.volume, limit?.volume);
  const environment = narrowed(quantities.environment, limit?.environment);
  return {
    volume: known(agreeing(volume, environment), enforced),
    environment: known(agreeing(environment, volume), enforced),
  };
}

function agreeing(one: Quantity | undefined, other: Quantity | undefined): Quantity | undefined {
  if (one === undefined || other === undefined) return one;
  const amounts = other.divisors.map((divisor) => rangeWith(other.count, divisor));
  return agreeingWith(one, amounts, 'other');
}

function known(quantity: Quantity | undefined, enforced: Range | undefined): Known {
  if (quantity === undefined) return { value: undefined };
  const { divisor, by } = deriveUnit(quantity, enforced);
  return { value: divisor === undefined ? undefined : quantity.count * divisor, divisor, unit: by };
}

function rangeBelow(limit: Field | undefined): Range | undefined {
  return typeof limit?.value === 'number' ? { above: -Infinity, most: limit.value } : undefined;
}
