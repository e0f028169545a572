/** Bytes before a message: a compression flag and the length (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
const framePrefix = 5;

/**
 * The payload of the one message in a gRPC request body, or undefined where the body is not exactly one whole,
 * uncompressed message.
 */
export function unframe(body: Buffer): Buffer | undefined {
  if (body.length < framePrefix || body[0] !== 0) return undefined;
  return body.readUInt32BE(1) === body.length - framePrefix ? body.subarray(framePrefix) : undefined;
}

export function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(framePrefix);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** ServingStatus of grpc.health.v1: https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
export const servingStatus = { serving: 1, notServing: 2, serviceUnknown: 3 } as const;
export type ServingStatus = (typeof servingStatus)[keyof typeof servingStatus];

/** A HealthCheckResponse: field 1 is the status, a varint. */
export function encodeHealthResponse(status: ServingStatus): Buffer {
  return Buffer.from([0x08, status]);
}

/**
 * The `service` of a HealthCheckRequest (field 1, a string; the last one wins, unknown fields are skipped), or undefined
 * where the bytes are no protobuf message. Encoding: https://protobuf.dev/programming-guides/encoding/
 */
export function decodeHealthRequest(message: Buffer): string | undefined {
  let service = '';
  let at = 0;
  while (at < message.length) {
    const tag = varint(message, at);
    if (tag === undefined) return undefined;
    const [field, wire] = [Math.floor(tag.value / 8), tag.value % 8];
    const content = contentOf(message, tag.next, wire);
    if (field === 0 || content === undefined) return undefined;
    if (field === 1) {
      if (wire !== 2) return undefined;
      service = message.toString('utf8', content.start, content.end);
    }
    at = content.end;
  }
  return service;
}

/** Where a field's content begins and ends, by its wire type. */
function contentOf(message: Buffer, at: number, wire: number): { start: number; end: number } | undefined {
  if (wire === 0) {
    const skipped = varint(message, at);
    return skipped && { start: at, end: skipped.next };
  }
  const length = wire === 2 ? varint(message, at) : { value: wire === 1 ? 8 : wire === 5 ? 4 : Number.NaN, next: at };
  if (length === undefined || Number.isNaN(length.value)) return undefined;
  const end = length.next + length.value;
  return end <= message.length ? { start: length.next, end } : undefined;
}

/** Base 128, low groups first, at most ten bytes. Beyond 2^53 the value is inexact, and then too long to be a length. */
function varint(message: Buffer, start: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let at = start; at < Math.min(message.length, start + 10); at += 1) {
    const byte = message[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, next: at + 1 };
  }
  return undefined;
}
