import type { Condition } from './store.ts';

/** Whether a write under this condition may happen over an entry with this etag (undefined: there is none). */
export function holds({ ifMatch, ifAbsent, ifPresent }: Condition, etag: string | undefined): boolean {
  if (ifPresent === true && etag === undefined) return false;
  if (ifMatch === undefined && ifAbsent !== true) return true;
  return etag === undefined ? ifAbsent === true : etag === ifMatch;
}
