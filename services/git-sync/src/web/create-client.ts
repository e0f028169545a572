import { HttpClient } from '@podkit/chassis/http/client';

/** Bytes of an answer that are read. */
const limit = 64 * 1024;

/**
 * The client for the few requests that git-sync makes itself. It takes what Go's client takes: answers with bare line feeds,
 * a user name and password in the URL, `HTTP_PROXY` and `NO_PROXY`, the system's certificates and `SSL_CERT_FILE`.
 */
export const createClient = (env: NodeJS.ProcessEnv): HttpClient => new HttpClient({ limit, isLenient: true, env });
