import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { decodeReply, type ReplyCursor } from '../../services/ambassador/src/frontends/redis/protocol/reply-decoder.ts';
import { ReplyScanner } from '../../services/ambassador/src/frontends/redis/protocol/reply-scanner.ts';
import { defaultLimits } from '../../services/ambassador/src/frontends/redis/protocol/request-limits.ts';
import { RequestParser } from '../../services/ambassador/src/frontends/redis/protocol/request-parser.ts';
import { daprApi } from '../../services/ambassador/test/support/dapr-api.ts';
import { buildStores } from '../../services/ambassador/test/support/stores.ts';
import { runTarget, type Target } from './target.ts';

/** The Redis protocol: how the bytes are cut changes nothing, and what is no request is a protocol error. */
const resp: Target = {
  tokens: [
    '*',
    '$',
    '1',
    '2',
    '3',
    '-1',
    '0',
    '\r\n',
    '\n',
    '\r',
    '"',
    "'",
    '\\x',
    ' ',
    '\0',
    '\xff',
    '*1\r\n',
    '$3\r\nGET\r\n',
  ],
  examples: [
    '*2\r\n$3\r\nGET\r\n$1\r\na\r\n',
    'GET "a\\x00b" \'c\'\r\n',
    '*0\r\n*1\r\n$4\r\nPING\r\n',
    'SET a b\nGET a\r\n',
  ],
  check: (text) => {
    const bytes = Buffer.from(text, 'latin1');
    const whole = runTarget(() => readRequests([bytes]), ['ERR_PROTOCOL']);
    const cut = runTarget(
      () => readRequests(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))),
      ['ERR_PROTOCOL'],
    );
    deepStrictEqual(cut, whole);
  },
};

function readRequests(chunks: readonly Buffer[]): string[][] {
  const parser = new RequestParser(defaultLimits);
  const requests: string[][] = [];
  for (const chunk of chunks) {
    parser.push(chunk);
    while (parser.next()) {
      const { buffer, starts, ends, count } = parser;
      requests.push(Array.from({ length: count }, (_, at) => buffer.toString('latin1', starts[at], ends[at])));
    }
  }
  return requests;
}

/** Replies of a Redis: how the bytes are cut changes nothing, and the decoder reads each reply to the end that the scanner found. */
const replies: Target = {
  tokens: [
    '+',
    '-',
    ':',
    '_',
    ',',
    '#t',
    '(',
    '$',
    '=',
    '!',
    '*',
    '%',
    '~',
    '>',
    '|',
    '0',
    '1',
    '2',
    '-1',
    '\r\n',
    '\n',
    '\r',
    'a',
    '?',
    '$1\r\na\r\n',
  ],
  examples: [
    '+OK\r\n-ERR no\r\n:1\r\n$-1\r\n*-1\r\n',
    '*2\r\n$1\r\na\r\n*1\r\n:-2\r\n',
    '%1\r\n+a\r\n#t\r\n~1\r\n_\r\n,1.5\r\n(12\r\n=5\r\ntxt:a\r\n!3\r\nERR\r\n',
    '|1\r\n+a\r\n:1\r\n>2\r\n+invalidate\r\n*1\r\n$1\r\na\r\n',
  ],
  check: (text) => {
    const bytes = Buffer.from(text, 'latin1');
    const whole = runTarget(() => findEnds([bytes]), ['ERR_PROTOCOL']);
    const cut = runTarget(() => findEnds(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))), ['ERR_PROTOCOL']);
    deepStrictEqual(cut, whole);
    if ('refused' in whole) return;
    for (const [at, end] of whole.entries()) {
      const cursor: ReplyCursor = { bytes: bytes.subarray(0, end), at: whole[at - 1] ?? 0 };
      const reply = runTarget(() => ({ value: decodeReply(cursor) }), ['ERR_PROTOCOL']);
      if ('value' in reply) strictEqual(cursor.at, end);
    }
  },
};

/** The positions behind the replies. */
function findEnds(chunks: readonly Buffer[]): number[] {
  const scanner = new ReplyScanner();
  const ends: number[] = [];
  let before = 0;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      at = scanner.scan(chunk, at);
      if (at < 0) break;
      ends.push(before + at);
      scanner.reset();
    }
    before += chunk.length;
  }
  return ends;
}

const generation = buildStores('stores: { memory: { driver: memory } }');
const api = daprApi(generation);

/** The bodies of the Dapr API: taken, or refused with a code and a status that blames the client. */
const dapr: Target = {
  tokens: [
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '"key"',
    '"value"',
    '"etag"',
    '"metadata"',
    '"ttlInSeconds"',
    '"options"',
    '"a"',
    '"1"',
    'null',
    'true',
    '-1',
    '1e400',
    '"operation"',
    '"upsert"',
    '"keys"',
    '"filter"',
  ],
  examples: [
    '[{"key":"a","value":{"b":[1,null]},"etag":"1","options":{"concurrency":"first-write"}}]',
    '[{"key":"a","value":1,"metadata":{"ttlInSeconds":"10"}}]',
    '{"operations":[{"operation":"upsert","request":{"key":"a","value":2}},{"operation":"delete","request":{"key":"a"}}]}',
    '{"keys":["a","b"],"parallelism":10}',
    '{"filter":{"EQ":{"b":1}},"sort":[{"key":"b","order":"DESC"}],"page":{"limit":2}}',
  ],
  check: async (payload) => {
    const headers = { 'content-type': 'application/json' };
    for (const path of ['', '/bulk', '/transaction']) {
      const { statusCode, body } = await api.inject({
        method: 'POST',
        url: `/v1.0/state/memory${path}`,
        payload,
        headers,
      });
      const isRefusal =
        statusCode >= 400 && typeof (JSON.parse(body) as { errorCode?: unknown }).errorCode === 'string';
      // Dapr answers a transaction that failed, and an option or metadata that it does not take, with 500.
      const isDaprs = path === '/transaction' || /unrecognized |incorrect value for metadata/.test(body);
      ok(statusCode < 300 || (isRefusal && (statusCode < 500 || isDaprs)), `${path}: ${statusCode} ${body}`);
    }
  },
};

export const ambassador: Record<string, Target> = { resp, replies, dapr };
