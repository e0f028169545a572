import type { Logger } from '@podkit/chassis/log/logger';
import type { Engine, RawRoute } from '../../engine/engine.ts';
import type { ReplyWriter } from '../codec/reply-writer.ts';
import type { RequestLimits } from '../codec/request-limits.ts';
import type { CommandTable } from '../commands/table.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Credentials } from './auth.ts';
import type { ClientConnection } from './client-connection.ts';
import type { RespMetrics } from './metrics.ts';
import type { Command } from './registry.ts';
import type { ScanCursors } from './scan-cursors.ts';
import type { ServerFacts } from './server-commands.ts';
import type { Session } from './session.ts';
import type { SharedInput } from './shared-input.ts';

/** What all clients of the door share. */
export type DoorContext = {
  engine: Engine;
  table: CommandTable<Command>;
  limits: RequestLimits;
  credentials: Credentials;
  log: Logger;
  metrics: RespMetrics;
  input: SharedInput;
  /** Used by one client at a time, and empty between turns. */
  writer: ReplyWriter;
  /** Most bytes that may wait for a client that does not read. */
  maxOutput: number;
  cursors: ScanCursors;
  /** What INFO shows. */
  facts(): ServerFacts;
  sessions: () => Iterable<Session>;
  /** The connections to a route's Redis. */
  upstream(route: RawRoute): Upstream;
  /** Write the client's replies at the end of this turn. */
  flushLater(client: ClientConnection): void;
  /** Let the client go on at the end of this turn: something it waited for has come. */
  workLater(client: ClientConnection): void;
  /** Let the client go on when a Redis that had too much to do has answered something. */
  waitForRoom(client: ClientConnection): void;
  closed(client: ClientConnection): void;
};
