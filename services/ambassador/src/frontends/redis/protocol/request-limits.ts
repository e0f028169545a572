/** What one client may ask the parser to hold. The first three are bytes, counts where said. */
export type RequestLimits = {
  /** Largest single argument in bytes (Redis: proto-max-bulk-len). */
  maxBulk: number;
  /** Most bytes of one request that are not yet complete (Redis: client-query-buffer-limit). */
  maxRequest: number;
  /** Longest inline command in bytes. */
  maxInline: number;
  /** Most arguments of one request (a count). */
  maxArguments: number;
};

export const defaultLimits: RequestLimits = {
  maxBulk: 64 * 1024 * 1024,
  maxRequest: 128 * 1024 * 1024,
  maxInline: 64 * 1024,
  maxArguments: 1024 * 1024,
};

/** What Redis grants a client that has not authenticated: enough for AUTH and HELLO, useless for filling memory. */
export const unauthenticatedLimits: RequestLimits = {
  maxBulk: 16_384,
  maxRequest: 256 * 1024,
  maxInline: 64 * 1024,
  maxArguments: 10,
};
