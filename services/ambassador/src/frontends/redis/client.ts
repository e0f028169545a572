import type { Logger } from '@podkit/chassis/log/logger';
import type { Engine } from '../../routing/engine.ts';
import type { RawRoute } from '../../store/raw-route.ts';
import type { SharedInput } from '../../unsafe/shared-input.ts';
import type { Reply } from './commands/reply.ts';
import type { KeyCommand, RequestView } from './commands/request.ts';
import type { CommandSpec, CommandTable } from './commands/table.ts';
import type { Closable, PendingWork } from './connection/pending-work.ts';
import type { ReplyQueue } from './connection/reply-queue.ts';
import type { Credentials, Session } from './connection/session.ts';
import type { UsedConnections } from './connection/used-connections.ts';
import type { ForwardRun } from './forwarding/forward-run.ts';
import type { RespMetrics } from './metrics.ts';
import type { ReplyWriter } from './protocol/reply-writer.ts';
import type { RequestLimits } from './protocol/request-limits.ts';
import type { RequestParser } from './protocol/request-parser.ts';
import type { ScanCursors } from './session-commands/scan-cursors.ts';
import type { Transaction } from './session-commands/transaction.ts';
import type { Invalidations } from './tracking/invalidations.ts';
import type { Tracking } from './tracking/tracking.ts';
import type { TurnQueue } from './turn-queue.ts';
import type { Upstream } from './upstream/upstream.ts';
import type { Upstreams } from './upstreams.ts';

/**
 * What a command may use of the connection that sent it. Commands know this contract; the connection knows how requests
 * are dispatched, and only the registry knows all commands, so imports point one way.
 */
export interface Client {
  readonly session: Session;
  readonly parser: RequestParser;
  /** The request that is served now. */
  readonly request: RequestView;
  readonly replies: ReplyQueue;
  readonly endpoint: EndpointContext;
  readonly subscriptions: Subscribed;
  readonly used: UsedConnections;
  transaction: Transaction | undefined;
  /** CLIENT TRACKING, while it is on. */
  tracking: Tracking | undefined;
  /** The run of forwarded requests that the next one may join. */
  run: ForwardRun | undefined;
  /** The work under way, by kind; `dispatch` begins nothing that must not overtake it. */
  readonly pending: PendingWork;
  /** Whether the connection is closed once its requests are answered. */
  closing: boolean;

  /** Write a reply that is known now. */
  answer(reply: Reply): void;
  /** Write a reply when it is known; `kind` says what must wait for it. */
  answerLater(reply: Promise<Reply>, kind: 'reads' | 'writes' | 'exclusive'): void;
  /**
   * Write something out of band after the replies to all earlier requests; at once while the client is only blocked.
   */
  interject(bytes: Buffer): void;
  /** Close the current run: its bytes are complete and its replies are awaited. */
  endRun(): void;
  /** Call it before awaiting anything: it ends the run, and replies that are known already go out first. */
  beforeWaiting(): void;
  /** Some of the forwarded commands have been answered. */
  delivered(): void;
  /** All later requests wait until `endWait`. `own` is this client's alone and is closed with it. */
  beginWait(own?: Closable): void;
  endWait(): void;
  /** The connections to a route's Redis, in the database that the client has selected. */
  upstream(route: RawRoute): Upstream;
  /** Close the connection when its requests are answered, or at once if the client waits for an event. */
  finish(): void;
  /** Close the connection at once: its replies are no longer consistent. */
  abandon(reason: string): void;
  /** Serve all requests that can be served now. */
  work(): void;
  /** Write all that waits for the socket in one piece. */
  flush(): void;
}

/** The subscriptions of a client. */
export interface Subscribed {
  readonly count: number;
  /** SUBSCRIBE, UNSUBSCRIBE and the like, as the client sent it. */
  send(words: readonly Buffer[]): void;
  close(): void;
}

/**
 * A command that is more than one key of one store. It answers through the client, now or later; false means that it
 * must wait for what is under way and be called again.
 */
export type SessionCommand = (client: Client, command: Command) => boolean;

/** A command and how it is served; with neither function it can only be passed on to a Redis. */
export type Command = CommandSpec & {
  /** Its place in the metrics. */
  index: number;
  onStore: KeyCommand | undefined;
  run: SessionCommand | undefined;
  isGet: boolean;
};

/** What all clients share. */
export type EndpointContext = {
  engine: Engine;
  table: CommandTable<Command>;
  limits: RequestLimits;
  credentials: Credentials;
  log: Logger;
  metrics: RespMetrics;
  input: SharedInput;
  /** Used by one client at a time, and empty between turns. */
  writer: ReplyWriter;
  cursors: ScanCursors;
  startedAt: number;
  port: number;
  maxClients: number;
  /** The connected clients by their numbers. */
  clients: Map<number, Client>;
  invalidations: Invalidations;
  upstreams: Upstreams;
  turns: TurnQueue;
};
