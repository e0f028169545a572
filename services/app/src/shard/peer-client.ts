import { messageOf, PodkitError } from '@podkit/chassis/errors';
import { Value } from 'typebox/value';
import type { Answer, HttpClient } from '../http-client.ts';
import { type Member, membersSchema } from './membership.ts';
import { recordSchema, type ShardRecord } from './record.ts';

export type PeerClientOptions = {
  client: HttpClient;
  /** Milliseconds for one answer. */
  timeout: number;
  /** What peers must show each other; undefined: nothing. */
  token: string | undefined;
};

const json = { 'content-type': 'application/json' };

/** What Pods of the service ask each other. Every method rejects with ERR_PEER when the peer does not do it. */
export class PeerClient {
  readonly #options: PeerClientOptions;

  constructor(options: PeerClientOptions) {
    this.#options = options;
  }

  /** Exchange opinions on the members; with `sync` the peer first hands over every key that the asker owns. */
  async hello(address: string, from: number, members: readonly Member[], sync: boolean): Promise<Member[]> {
    const body = JSON.stringify({ from, members, sync });
    const answer = await this.#ask(address, '/api/shard-peer/hello', { method: 'POST', headers: json, body });
    const { members: theirs } = JSON.parse(answer.body.toString()) as { members: unknown };
    return Value.Parse(membersSchema, theirs);
  }

  /** A peer's record of a key, if it has one. */
  async pull(address: string, from: number, key: string): Promise<ShardRecord | undefined> {
    const answer = await this.#ask(address, `/api/shard-peer/keys/${encodeURIComponent(key)}?from=${from}`, {});
    return answer.status === 204 ? undefined : Value.Parse(recordSchema, JSON.parse(answer.body.toString()));
  }

  /** Give a peer a record; resolves when it is on the peer's disk. */
  async push(address: string, record: ShardRecord): Promise<void> {
    const path = `/api/shard-peer/keys/${encodeURIComponent(record.key)}`;
    await this.#ask(address, path, { method: 'PUT', headers: json, body: JSON.stringify(record) });
  }

  /** Pass a caller's request on, whatever the answer's status. */
  async forward(address: string, path: string, ask: Forwarded): Promise<Answer> {
    const { client, timeout, token } = this.#options;
    const headers = { ...ask.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    return client.ask(`http://${address}${path}`, { ...ask, headers, timeout });
  }

  async #ask(address: string, path: string, ask: Partial<Forwarded>): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await this.forward(address, path, { method: 'GET', headers: {}, ...ask });
    } catch (cause) {
      throw new PodkitError('ERR_PEER', messageOf(cause), { cause });
    }
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new PodkitError('ERR_PEER', `${address} answered ${answer.status}: ${answer.body.toString().slice(0, 200)}`);
  }
}

export type Forwarded = { method: string; headers: Record<string, string>; body?: string | Buffer };
