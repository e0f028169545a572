import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { oneOf } from '../config/one-of.ts';

const optionalText = (description: string) => Type.Optional(Type.String({ description }));
const flag = (fallback: boolean, description: string) => Type.Boolean({ default: fallback, description });
const tlsVersion = Type.Optional(oneOf(['TLS10', 'TLS11', 'TLS12', 'TLS13']));

const tlsConfig = strict({
  ca: optionalText('Certificate authorities, PEM.'),
  cert: optionalText('Client certificate, PEM.'),
  key: optionalText('Key of the client certificate, PEM.'),
  ca_file: optionalText('Path of a file with the certificate authorities.'),
  cert_file: optionalText('Path of the client certificate; read again when it changes.'),
  key_file: optionalText('Path of the key of the client certificate.'),
  server_name: optionalText('Name that the certificate must have, by default the host of the URL.'),
  insecure_skip_verify: flag(false, 'Whether every certificate is accepted.'),
  min_version: tlsVersion,
  max_version: tlsVersion,
});

const oauth2 = strict({
  client_id: Type.String(),
  client_secret: optionalText('Client secret.'),
  client_secret_file: optionalText('Path of a file with the client secret.'),
  scopes: Type.Array(Type.String(), { default: [] }),
  token_url: Type.String(),
  endpoint_params: Type.Record(Type.String(), Type.String(), { default: {} }),
  tls_config: Type.Optional(tlsConfig),
  proxy_url: optionalText('Proxy for requests to the token URL.'),
});

/**
 * How to reach a server, with the names of Prometheus' http_config:
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#http_config
 */
export const httpClientSchema = strict({
  basic_auth: Type.Optional(
    strict({
      username: optionalText('User name.'),
      username_file: optionalText('Path of a file with the user name.'),
      password: optionalText('Password.'),
      password_file: optionalText('Path of a file with the password; read for each request.'),
    }),
  ),
  authorization: Type.Optional(
    strict({
      type: Type.String({ default: 'Bearer', description: 'First word of the header.' }),
      credentials: optionalText('Rest of the header.'),
      credentials_file: optionalText('Path of a file with the rest of the header; read for each request.'),
    }),
  ),
  bearer_token: optionalText('Older name of `authorization` with type Bearer.'),
  bearer_token_file: optionalText('Path of a file with the token.'),
  oauth2: Type.Optional(oauth2),
  tls_config: Type.Optional(tlsConfig),
  proxy_url: optionalText('Proxy for every request.'),
  no_proxy: optionalText('Hosts, separated by commas, that are reached without the proxy.'),
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
    description: "Timeout for the complete response; the scraper's timeout can shorten it.",
  }),
  maxBytes: Type.Integer({
    default: 16_777_216,
    minimum: 1,
    description: 'Maximum size of a response, in bytes; a larger one is an error.',
  }),
  client: strict(httpClientSchema.properties, {
    default: {},
    description: "Authentication, TLS and proxy, as Prometheus' http_config.",
  }),
};

const fetchSchema = Type.Object(fetchSettings);
export type FetchConfig = Static<typeof fetchSchema>;
export type HttpClientConfig = Static<typeof httpClientSchema>;
export type ClientTlsConfig = Static<typeof tlsConfig>;
export type Oauth2Config = Static<typeof oauth2>;
