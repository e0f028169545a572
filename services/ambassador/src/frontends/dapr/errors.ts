import { PodkitError } from '@podkit/chassis/errors';
import type { StoreError, StoreErrorCode } from '../../store/store-error.ts';

type Detail = { '@type': string } & Record<string, unknown>;

/** An error response, in the format of Dapr's: https://docs.dapr.io/reference/errors/ */
export class DaprError extends PodkitError {
  readonly status: number;
  readonly details: readonly Detail[] | undefined;

  constructor(status: number, errorCode: string, message: string, details?: readonly Detail[], cause?: unknown) {
    super(errorCode, message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.details = details;
  }

  get body() {
    return { errorCode: this.code, message: this.message, details: this.details };
  }
}

const errorInfo = (reason: string, metadata: Record<string, string> | null = null): Detail => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'dapr.io',
  metadata,
});

const resourceInfo = (store: string): Detail => ({
  '@type': 'type.googleapis.com/google.rpc.ResourceInfo',
  resource_type: 'state',
  resource_name: store,
  owner: '',
  description: '',
});

export const malformed = (why: string): DaprError => new DaprError(400, 'ERR_MALFORMED_REQUEST', why);

export const storeNotFound = (store: string, appId: string): DaprError =>
  new DaprError(400, 'ERR_STATE_STORE_NOT_FOUND', `state store ${store} is not found`, [
    errorInfo('DAPR_STATE_NOT_FOUND', { appID: appId }),
  ]);

export function illegalKey(key: string, store: string): DaprError {
  const message = `input key/keyPrefix '${key}' can't contain '||'`;
  return new DaprError(400, 'ERR_MALFORMED_REQUEST', message, [
    errorInfo('DAPR_STATE_ILLEGAL_KEY'),
    resourceInfo(store),
    {
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      field_violations: [{ field: key, description: message }],
    },
  ]);
}

export const queryFailed = (store: string, why: string, cause?: unknown): DaprError =>
  new DaprError(
    500,
    'ERR_STATE_QUERY',
    `failed query in state store ${store}: ${why}`,
    [errorInfo('DAPR_STATE_QUERY_FAILED'), resourceInfo(store)],
    cause,
  );

const unsupported = (store: string, what: string, reason: string): DaprError =>
  new DaprError(500, 'ERR_STATE_STORE_NOT_SUPPORTED', `state store ${store} ${what}`, [
    errorInfo(reason),
    resourceInfo(store),
  ]);

export const queryUnsupported = (store: string): DaprError =>
  unsupported(store, 'does not support querying', 'DAPR_STATE_QUERYING_NOT_SUPPORTED');

export const transactionsUnsupported = (store: string): DaprError =>
  unsupported(store, "doesn't support transactions", 'DAPR_STATE_TRANSACTIONS_NOT_SUPPORTED');

/** The status of a failure, and the text before its message. Any other failure is 500. */
const failures: Partial<Record<StoreErrorCode, readonly [status: number, prefix?: string]>> = {
  ERR_ETAG_MISMATCH: [409, 'possible etag mismatch. error from state store: '],
  ERR_ETAG_INVALID: [400, 'invalid etag value. error from state store: '],
  ERR_KEY: [400],
  ERR_NOT_INTEGER: [400],
  ERR_CURSOR: [400],
  ERR_TOO_LARGE: [413],
  ERR_BUSY: [429],
};

/** The response of Dapr to a failure of the store: 409 for a conflict, 400 for an invalid etag, 429 for an overload. */
export function storeFailure(error: StoreError, errorCode: string, doing: string): DaprError {
  const [status, prefix = ''] = failures[error.code] ?? [500];
  return new DaprError(status, errorCode, `${doing}: ${prefix}${error.message}`, undefined, error);
}
