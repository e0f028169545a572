import { PodkitError } from '@podkit/chassis/errors';
import type { HttpClient, HttpResponse } from '@podkit/chassis/http/client';
import { Value } from 'typebox/value';
import type { Address } from './members.ts';
import { type PodFacts, podFactsSchema } from './pod-facts.ts';

/** Names the Pod that passed a request on. Such a request is answered or refused, never passed on again. */
export const forwardedHeader = 'x-podkit-forwarded-by';

export type PodClientOptions = {
  client: HttpClient;
  self: number;
  /** Bearer token between the Pods. */
  token: string;
  /** Timeout of one response in milliseconds. */
  timeout: number;
};

export type Forwarded = { method: string; path: string; type?: string | undefined; body?: Buffer | undefined };

/** Requests from this Pod to another one of its service. */
export class PodClient {
  readonly #options: PodClientOptions;

  constructor(options: PodClientOptions) {
    this.#options = options;
  }

  /**
   * Pass a request on; `path` is sent as it is.
   *
   * @throws {PodkitError} ERR_POD_AWAY if the Pod does not answer, has another token, or is another Pod
   */
  async forward({ ordinal, host, port }: Address, { method, path, type, body }: Forwarded): Promise<HttpResponse> {
    const { client, self, token, timeout } = this.#options;
    const headers = {
      authorization: `Bearer ${token}`,
      [forwardedHeader]: String(self),
      ...(type === undefined ? {} : { 'content-type': type }),
    };
    const url = `http://${host}:${port}`;
    let response: HttpResponse;
    try {
      response = await client.send(url, { method, path, headers, timeout, ...(body === undefined ? {} : { body }) });
    } catch (cause) {
      throw new PodkitError('ERR_POD_AWAY', `Pod ${ordinal} does not answer`, { cause });
    }
    if (response.status === 401)
      throw new PodkitError('ERR_POD_AWAY', `Pod ${ordinal} has another APP_INTERNAL_TOKEN than Pod ${self}`);
    if (response.status === 421)
      throw new PodkitError('ERR_POD_AWAY', `another Pod answered at the address of Pod ${ordinal}`);
    return response;
  }

  /** @throws {PodkitError} ERR_POD_AWAY */
  async facts(address: Address): Promise<PodFacts> {
    const path = `/api/pods/${address.ordinal}?brief`;
    const { status, body } = await this.forward(address, { method: 'GET', path });
    if (status !== 200) throw new PodkitError('ERR_POD_AWAY', `Pod ${address.ordinal} answered ${status}`);
    return Value.Parse(podFactsSchema, JSON.parse(body.toString()));
  }
}
