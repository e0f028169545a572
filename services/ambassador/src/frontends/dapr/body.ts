import { describeError } from '@podkit/chassis/errors';
import type { SetOperation, WriteOperation } from '../../store/store.ts';
import { DaprError, malformed } from './errors.ts';
import { itemsAt, membersAt, type Span } from './raw-json.ts';
import { etagIn, type Metadata, parseCondition, parseKey, parseTtl } from './request-parts.ts';

/** The store of a body, and the metadata of the URL for its items. */
export type BodyContext = { store: string; metadata: Metadata };

const nothing = Buffer.from('null');

/** The value of a body that is JSON. */
export function parseJson(body: unknown, how: string): unknown {
  try {
    return JSON.parse(Buffer.isBuffer(body) ? body.toString() : '');
  } catch (cause) {
    throw malformed(`${how}: ${describeError(cause)}`);
  }
}

/** The members of an object; none where it is absent or null. */
export function objectMembers(value: unknown, refusal: string): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw malformed(refusal);
}

/** The bytes of a body, checked to be JSON: the functions that find members and items in it rely on that. */
function checkedJson(body: unknown, how = 'failed to read the request'): Buffer {
  parseJson(body, how);
  return body as Buffer;
}

/** The operations of a save: `[{key, value, etag?, metadata?, options?, contentType?}]`. */
export function parseSave(body: unknown, context: BodyContext): SetOperation[] {
  const json = checkedJson(body);
  const items = itemsAt(json, 0);
  if (items === undefined) throw malformed('failed to read the request: the body must be an array');
  return items.map((item) => setOperation(json, item, context));
}

/** The operations of a transaction: `{operations: [{operation, request}], metadata?}`. */
export function parseTransaction(body: unknown, context: BodyContext): WriteOperation[] {
  const how = 'failed deserializing HTTP body';
  const json = checkedJson(body, how);
  const members = membersAt(json, 0);
  if (members === undefined) throw malformed(`${how}: the body must be an object`);
  const common = textMap(parseSpan(json, members.get('metadata')));
  const merged = { ...context, metadata: { ...common, ...context.metadata } };
  const items = listAt(json, members.get('operations'), `${how}: "operations" must be an array`);
  return items.map((item) => transactionOperation(json, item, merged));
}

/** The places of a list's items; none where the list is absent or null. */
function listAt(json: Buffer, span: Span | undefined, refusal: string): Span[] {
  const items = span && itemsAt(json, span.start);
  if (items !== undefined) return items;
  if ((parseSpan(json, span) ?? null) === null) return [];
  throw malformed(refusal);
}

function transactionOperation(json: Buffer, item: Span, context: BodyContext): WriteOperation {
  const members = membersAt(json, item.start);
  const name = parseSpan(json, members?.get('operation'));
  const request = members?.get('request');
  if (request === undefined) throw malformed('failed deserializing HTTP body: an operation has no request');
  if (name === 'upsert') return setOperation(json, request, context);
  if (name !== 'delete') {
    const message = `operation type ${String(name)} not supported`;
    throw new DaprError(400, 'ERR_NOT_SUPPORTED_STATE_OPERATION', message);
  }
  const { key, condition } = commonParts(json, request, context);
  return { kind: 'delete', key, ...condition };
}

function setOperation(json: Buffer, item: Span, context: BodyContext): SetOperation {
  const { members, key, condition, metadata } = commonParts(json, item, context);
  const span = members.get('value');
  // A copy, since a slice would keep the whole body in memory for as long as the value is stored.
  const value = span === undefined ? nothing : Buffer.from(json.subarray(span.start, span.end));
  const contentType = textOrAbsent(parseSpan(json, members.get('contenttype')), 'contentType') ?? metadata.contentType;
  const ttl = parseTtl(metadata);
  return {
    kind: 'set',
    key,
    value,
    ...condition,
    daprRules: !('never' in ttl),
    ...('ttl' in ttl ? ttl : {}),
    contentType,
  };
}

function commonParts(json: Buffer, item: Span, { store, metadata: override }: BodyContext) {
  const members = membersAt(json, item.start);
  if (members === undefined) throw malformed('failed to read the request: an item is not an object');
  const key = parseKey(parseSpan(json, members.get('key')), store);
  const how = 'failed to read the request';
  const options = objectMembers(parseSpan(json, members.get('options')), `${how}: "options" must be an object`);
  const condition = parseCondition(
    etagIn(parseSpan(json, members.get('etag'))),
    options.concurrency,
    options.consistency,
  );
  const metadata = { ...textMap(parseSpan(json, members.get('metadata'))), ...override };
  return { members, key, condition, metadata };
}

const parseSpan = (json: Buffer, span: Span | undefined): unknown =>
  span === undefined ? undefined : (JSON.parse(json.toString('utf8', span.start, span.end)) as unknown);

function textOrAbsent(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw malformed(`failed to read the request: "${name}" must be a string`);
}

function textMap(value: unknown): Metadata {
  const refusal = 'failed to read the request: "metadata" must map strings to strings';
  const members = objectMembers(value, refusal);
  if (!Object.values(members).every((member) => typeof member === 'string')) throw malformed(refusal);
  return members as Metadata;
}
