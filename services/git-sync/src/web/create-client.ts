import { HttpClient } from '@podkit/chassis/http/client';

/** Bytes of an answer that are read. */
const limit = 64 * 1024;

/**
 * The client for git-sync's own requests. Like Go's client it accepts answers with bare line feeds and a user name and
 * password in the URL, and uses `HTTP_PROXY`, `NO_PROXY`, the system's certificates and `SSL_CERT_FILE`.
 */
export const createClient = (env: NodeJS.ProcessEnv): HttpClient => new HttpClient({ limit, isLenient: true, env });
