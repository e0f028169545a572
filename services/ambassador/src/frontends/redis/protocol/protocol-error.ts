import { PodkitError } from '@podkit/chassis/errors';

/** The peer broke the protocol; as in Redis, it is answered why and the connection is closed. */
export class ProtocolError extends PodkitError {
  constructor(message: string) {
    super('ERR_PROTOCOL', `Protocol error: ${message}`);
  }
}
