import type { Check } from './check.ts';
import { everyContainer } from './check.ts';

const factors: Record<string, number> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** The number that a quantity of the Kubernetes API stands for; `NaN` for what is none. */
export function amountOf(quantity: string | number | undefined): number {
  const [, digits = '', unit = ''] = /^([\d.]+)([a-zA-Z]*)$/.exec(String(quantity)) ?? [];
  return digits === '' ? Number.NaN : Number(digits) * (factors[unit] ?? Number.NaN);
}

const bounded = (resource: string): Check =>
  everyContainer(
    `${resource}-bounded`,
    `Every container requests ${resource} and has a limit for it.`,
    ({ container: { resources } }) =>
      amountOf(resources?.requests?.[resource]) > 0 && amountOf(resources?.limits?.[resource]) > 0,
  );

/** What a container may use, so that no neighbour of its node suffers. */
export const resources: Check[] = [
  bounded('cpu'),
  bounded('memory'),
  bounded('ephemeral-storage'),
  everyContainer('requests-within-limits', 'No request is above its limit.', ({ container: { resources: asked } }) =>
    Object.entries(asked?.requests ?? {})
      .filter(([name, amount]) => amountOf(amount) > amountOf(asked?.limits?.[name]))
      .map(([name]) => name),
  ),
  everyContainer(
    'cpu-for-a-start',
    'A limit leaves a Node process half a core, with which it starts in time.',
    ({ container: { resources: asked } }) => !(amountOf(asked?.limits?.cpu) < 0.5),
  ),
];
