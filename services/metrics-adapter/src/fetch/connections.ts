import { describeError, getErrorCode } from '@podkit/chassis/errors';
import type { buildConnector, Dispatcher } from 'undici';
import type { HttpClientConfig } from './config.ts';
import { FetchError } from './errors.ts';
import { isExcepted } from './no-proxy.ts';
import { tlsOptions } from './tls.ts';

export type ConnectionsConfig = Pick<HttpClientConfig, 'tls_config' | 'proxy_url' | 'no_proxy'> &
  Partial<Pick<HttpClientConfig, 'enable_http2'>>;

type RequestOptions = Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'> & { signal: AbortSignal };
type KeptAgent = { tls: string; agent: Dispatcher };

/**
 * Loaded at the first request, since sources without HTTP don't need it. Only the default export is used: in a bundle, a
 * CommonJS package that is imported at run time has no other.
 */
const loadUndici = async () => (await import('undici')).default;

/** Kept connections, direct or through a proxy. They are replaced when a certificate on disk changes. */
export class Connections {
  readonly #config: ConnectionsConfig;
  readonly #kept = new Map<'direct' | 'proxy', KeptAgent>();
  #alert: Error | undefined;

  constructor(config: ConnectionsConfig) {
    this.#config = config;
  }

  /** Send a request. Resolves with the head of the response. @throws {FetchError} tls when a certificate can't be read */
  async request(url: string, options: RequestOptions): Promise<Dispatcher.ResponseData> {
    const { request } = await loadUndici();
    return request(url, { ...options, dispatcher: await this.#connect(url) });
  }

  async #connect(url: string): Promise<Dispatcher> {
    const { Agent, buildConnector, ProxyAgent } = await loadUndici();
    const { tls_config: config, proxy_url: proxy, no_proxy: exceptions = '', enable_http2: allowH2 } = this.#config;
    const options = await tlsOptions(config).catch((cause: unknown) => {
      throw new FetchError('tls', `tls_config cannot be read: ${describeError(cause)}`, { cause });
    });
    const direct = proxy === undefined || isExcepted(new URL(url), exceptions);
    const kind = direct ? 'direct' : 'proxy';
    const tls = JSON.stringify(options);
    const kept = this.#kept.get(kind);
    if (kept?.tls === tls) return kept.agent;
    const shared = { connections: 8, allowH2: allowH2 ?? false, headersTimeout: 0, bodyTimeout: 0 };
    const connect = { ...options, allowH2: shared.allowH2 } as buildConnector.BuildOptions;
    const agent = direct
      ? new Agent({ ...shared, connect: this.#listening(buildConnector(connect)) })
      : // As Go's clients: requests over plain HTTP go to the proxy itself, only TLS goes through a tunnel.
        new ProxyAgent({ ...shared, uri: proxy, requestTls: connect, proxyTunnel: false });
    this.#kept.set(kind, { tls, agent });
    // Closed, not destroyed: requests in flight on it are answered.
    void kept?.agent.close();
    return agent;
  }

  /**
   * Take the TLS alert with which a server closed a connection after the handshake. With TLS 1.3 a server refuses a
   * client without a certificate in this way, and undici reports only that the other side closed.
   */
  takeAlert(): Error | undefined {
    const alert = this.#alert;
    this.#alert = undefined;
    return alert;
  }

  async close(): Promise<void> {
    const all = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(all.map(({ agent }) => agent.destroy()));
  }

  #listening(connect: buildConnector.connector): buildConnector.connector {
    return (options, done) =>
      connect(options, (...result) => {
        const [, socket] = result;
        socket?.on('error', (error) => {
          if (getErrorCode(error)?.startsWith('ERR_SSL') === true) this.#alert = error;
        });
        done(...result);
      });
  }
}
