import { counterCommands } from '../commands/counters.ts';
import { expiryCommands } from '../commands/expiry.ts';
import type { KeyCommand } from '../commands/key-command.ts';
import { manyCommands } from '../commands/many.ts';
import { stringCommands } from '../commands/strings.ts';
import { allCommands, type CommandSpec, CommandTable } from '../commands/table.ts';
import { blockingCommand } from './blocking.ts';
import type { ClientConnection } from './client-connection.ts';
import { connectionCommands } from './connection-commands.ts';
import { keyspaceCommands } from './keyspace-commands.ts';
import { pubSubCommands } from './pubsub-commands.ts';
import { splitCommands } from './split-commands.ts';
import { transactionCommands } from './transaction-commands.ts';

/**
 * A command that is more than one key of one store. It answers through the client, now or later; false means that it
 * must wait for what is under way and be called again.
 */
export type DoorCommand = (client: ClientConnection, command: Command) => boolean;

/** A command and how this door serves it; with neither function it can only be passed on to a Redis. */
export type Command = CommandSpec & {
  /** Its place in the metrics. */
  index: number;
  onStore: KeyCommand | undefined;
  run: DoorCommand | undefined;
  isGet: boolean;
};

/** The table of all commands with what serves them. */
export function createRegistry(): { table: CommandTable<Command>; names: string[] } {
  const onStore: Record<string, KeyCommand> = {
    ...stringCommands,
    ...counterCommands,
    ...expiryCommands,
    ...manyCommands,
  };
  const run: Record<string, DoorCommand> = {
    ...connectionCommands,
    ...keyspaceCommands,
    ...splitCommands,
    ...pubSubCommands,
    ...transactionCommands,
  };
  const commands = allCommands().map((spec, index): Command => {
    const own = Object.hasOwn(run, spec.name) ? run[spec.name] : undefined;
    return {
      ...spec,
      index,
      onStore: Object.hasOwn(onStore, spec.name) ? onStore[spec.name] : undefined,
      run: own ?? (spec.blocking ? blockingCommand : undefined),
      isGet: spec.name === 'get',
    };
  });
  return { table: new CommandTable(commands), names: commands.map((command) => command.name) };
}
