import { nearest } from './nearest.ts';
import { isServiceLinkName } from './service-link.ts';

/** A line for each variable that begins with the prefix and is not a known one, with the name that may be meant. */
export function findUnknown(known: ReadonlySet<string>, prefix: string, env: NodeJS.ProcessEnv): string[] {
  if (prefix === '') return [];
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(prefix) && !known.has(name) && !isServiceLinkName(name),
  );
  return unknown.toSorted().map((name) => {
    const near = nearest(name, known);
    return `${name}: no such setting${near === undefined ? '' : `; did you mean ${near}?`}`;
  });
}
