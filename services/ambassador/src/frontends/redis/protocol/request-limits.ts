/** What one client may ask the parser to hold. */
export type RequestLimits = {
  /** Whether the client has authenticated; the error of a client that exceeds a limit says so. */
  authenticated: boolean;
  /** Maximum length of one argument in bytes (Redis: proto-max-bulk-len). */
  maxBulk: number;
  /** Maximum size of an incomplete request in bytes (Redis: client-query-buffer-limit). */
  maxRequest: number;
  /** Maximum length of an inline command in bytes. */
  maxInline: number;
  /** Maximum number of arguments of one request. */
  maxArguments: number;
};

export const defaultLimits: RequestLimits = {
  authenticated: true,
  maxBulk: 64 * 1024 * 1024,
  maxRequest: 128 * 1024 * 1024,
  maxInline: 64 * 1024,
  maxArguments: 1024 * 1024,
};

/** The limits of a client that has not authenticated, as in Redis: enough for AUTH and HELLO. */
export const unauthenticatedLimits: RequestLimits = {
  authenticated: false,
  maxBulk: 16_384,
  maxRequest: 256 * 1024,
  maxInline: 64 * 1024,
  maxArguments: 10,
};
