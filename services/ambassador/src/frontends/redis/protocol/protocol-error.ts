import { PodkitError } from '@podkit/chassis/errors';

/** The peer broke the protocol; as in Redis, it gets the reason and the connection ends. */
export class ProtocolError extends PodkitError {
  constructor(message: string) {
    super('ERR_PROTOCOL', `Protocol error: ${message}`);
  }
}
