import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { oneOf } from '../config/one-of.ts';

const text = (description: string) => Type.Optional(Type.String({ description }));
const flag = (fallback: boolean, description: string) => Type.Boolean({ default: fallback, description });
const version = Type.Optional(oneOf(['TLS10', 'TLS11', 'TLS12', 'TLS13']));

const tlsConfig = strict({
  ca: text('Certificate authorities, PEM.'),
  cert: text('Client certificate, PEM.'),
  key: text('Key of the client certificate, PEM.'),
  ca_file: text('Path of the authorities.'),
  cert_file: text('Path of the client certificate; read again when it changes.'),
  key_file: text('Path of its key.'),
  server_name: text('Name that the certificate must have, if not the host of the URL.'),
  insecure_skip_verify: flag(false, 'Whether every certificate is accepted.'),
  min_version: version,
  max_version: version,
});

const oauth2 = strict({
  client_id: Type.String(),
  client_secret: text('The secret itself.'),
  client_secret_file: text('Path of the secret.'),
  scopes: Type.Array(Type.String(), { default: [] }),
  token_url: Type.String(),
  endpoint_params: Type.Record(Type.String(), Type.String(), { default: {} }),
  tls_config: Type.Optional(tlsConfig),
  proxy_url: text('Proxy to the token URL.'),
});

/**
 * How to reach a server, with the names of Prometheus' http_config:
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#http_config
 */
export const httpClientSchema = strict({
  basic_auth: Type.Optional(
    strict({
      username: text('Name.'),
      username_file: text('Path of the name.'),
      password: text('Password.'),
      password_file: text('Path of the password; read for each request.'),
    }),
  ),
  authorization: Type.Optional(
    strict({
      type: Type.String({ default: 'Bearer', description: 'First word of the header.' }),
      credentials: text('Rest of the header.'),
      credentials_file: text('Path of a file with it; read for each request.'),
    }),
  ),
  bearer_token: text('Older name of `authorization` with type Bearer.'),
  bearer_token_file: text('Path of a file with the token.'),
  oauth2: Type.Optional(oauth2),
  tls_config: Type.Optional(tlsConfig),
  proxy_url: text('Proxy for every request.'),
  no_proxy: text('Hosts, separated by commas, that are reached without the proxy.'),
  follow_redirects: flag(true, 'Whether redirects are followed.'),
  enable_http2: flag(false, 'Whether HTTP/2 is offered over TLS.'),
});

/** The settings that all sources over HTTP share. */
export const fetchSettings = {
  name: Type.String({ pattern: '^[a-zA-Z0-9_.-]+$', description: 'Name of the source in metrics and logs.' }),
  url: Type.String({ pattern: '^https?://', description: 'URL to fetch.' }),
  headers: Type.Record(Type.String(), Type.String(), { default: {}, description: 'Headers of the request.' }),
  timeout: yamlDuration({
    default: '10s',
    description: "Timeout for the complete answer; the scraper's timeout can shorten it.",
  }),
  maxBytes: Type.Integer({
    default: 16_777_216,
    minimum: 1,
    description: 'Longest answer in bytes; a longer one is an error.',
  }),
  client: strict(httpClientSchema.properties, {
    default: {},
    description: "Authentication, TLS and proxy, as Prometheus' http_config.",
  }),
};

const fetchSchema = Type.Object(fetchSettings);
export type FetchConfig = Static<typeof fetchSchema>;
export type HttpClientConfig = Static<typeof httpClientSchema>;
export type TlsConfig = Static<typeof tlsConfig>;
export type Oauth2Config = Static<typeof oauth2>;
