import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { parseEtags } from './etag-condition.ts';

/** The endings of precompressed files, by their Content-Encoding. */
const suffixes = { br: '.br', gzip: '.gz', deflate: '.deflate' } as const;

/** A strong tag of commit and path, since a commit's file never changes. It is the same on every replica. */
export function commitEtag(commit: string, file: string): string {
  return createHash('sha256').update(`${commit}\0${file}`).digest('base64url').slice(0, 27);
}

/**
 * Evaluate the conditional headers against the tags of a commit's file, which @fastify/static does not know (RFC 9110
 * section 13.2.2). 304 comes with the tag that matched. Conditions that hold are removed from the headers, so that
 * @fastify/static does not evaluate them again.
 *
 * @throws {PodkitError} ERR_ETAG if a header is malformed
 */
export function evaluateConditions(
  headers: IncomingHttpHeaders,
  commit: string,
  file: string,
): { status: 304; tag: string } | { status: 412 } | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch, 'if-range': range } = headers;
  // A range is a part of the uncompressed file, since a part of a compressed one cannot be decompressed.
  if (headers.range !== undefined) delete headers['accept-encoding'];
  if (match === undefined && noneMatch === undefined && range === undefined) return undefined;
  const tags = acceptedSuffixes(headers['accept-encoding']).map((suffix) => commitEtag(commit, file + suffix));
  const listed = (header: string, strongly: boolean): string | undefined => {
    const list = parseEtags(header);
    return list === '*' ? undefined : list.find(({ tag, weak }) => tags.includes(tag) && !(strongly && weak))?.tag;
  };
  if (match !== undefined && match.trim() !== '*') {
    if (listed(match, true) === undefined) return { status: 412 };
    delete headers['if-match'];
  }
  const known = noneMatch === undefined ? undefined : listed(noneMatch, false);
  if (known !== undefined) return { status: 304, tag: known };
  if (typeof range === 'string' && range.includes('"') && listed(range, true) !== undefined) delete headers['if-range'];
  return undefined;
}

function acceptedSuffixes(header = ''): string[] {
  const parts = header.toLowerCase().split(',');
  const accepted = parts.flatMap((part) => {
    const [name = '', weight = '1'] = part.replaceAll(' ', '').split(';q=');
    return Number(weight) > 0 && name in suffixes ? suffixes[name as keyof typeof suffixes] : [];
  });
  return ['', ...accepted];
}
