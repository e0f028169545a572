import { PodkitError } from '@podkit/chassis/errors';

/** The entity tags of an If-Match or If-None-Match header: any, or a list of `{weak, tag}`. */
export type EtagList = '*' | { weak: boolean; tag: string }[];

const entityTag = /^(W\/)?"([\x21\x23-\x7e\x80-\uffff]*)"$/;

/**
 * Parse an If-Match or If-None-Match header: https://www.rfc-editor.org/rfc/rfc9110#section-13.1
 *
 * @throws {PodkitError} ERR_ETAG if it is malformed
 */
export function parseEtags(header: string): EtagList {
  if (header.trim() === '*') return '*';
  const items = splitList(header);
  if (items.length === 0) throw new EtagError(header);
  return items.map((item) => {
    const match = entityTag.exec(item);
    if (!match) throw new EtagError(header);
    return { weak: match[1] !== undefined, tag: match[2] ?? '' };
  });
}

/** Whether the current tag matches If-Match; weak tags never match. `undefined`: nothing exists at the URL. */
export function matchesStrongly(list: EtagList, current: string | undefined): boolean {
  if (current === undefined) return false;
  return list === '*' || list.some(({ weak, tag }) => !weak && tag === current);
}

/** Whether the current tag matches If-None-Match; weak tags match too. */
export function matchesWeakly(list: EtagList, current: string | undefined): boolean {
  if (current === undefined) return false;
  return list === '*' || list.some(({ tag }) => tag === current);
}

class EtagError extends PodkitError {
  constructor(header: string) {
    super(
      'ERR_ETAG',
      `${JSON.stringify(header.slice(0, 80))} is not an entity tag such as "abc", a list of them, or *`,
    );
  }
}

/** A comma inside a quoted tag is part of the tag. */
function splitList(header: string): string[] {
  const items = header.match(/(?:[^,"]|"[^"]*"?)+/g) ?? [];
  return items.map((item) => item.trim()).filter((item) => item !== '');
}
