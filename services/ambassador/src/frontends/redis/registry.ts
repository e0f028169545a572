import type { Command, SessionCommand } from './client.ts';
import { counterCommands } from './commands/counters.ts';
import { expiryCommands } from './commands/expiry.ts';
import { manyCommands } from './commands/many.ts';
import type { KeyCommand } from './commands/request.ts';
import { stringCommands } from './commands/strings.ts';
import { allCommands, CommandTable } from './commands/table.ts';
import { blockingCommand } from './session-commands/blocking.ts';
import { connectionCommands } from './session-commands/connection-commands.ts';
import { keyspaceCommands } from './session-commands/keyspace-commands.ts';
import { pubSubCommands } from './session-commands/pubsub-commands.ts';
import { splitCommands } from './session-commands/split-commands.ts';
import { transactionCommands } from './session-commands/transaction-commands.ts';

/** The table of all commands with what serves them. */
export function createRegistry(): { table: CommandTable<Command>; names: string[] } {
  const onStore: Record<string, KeyCommand> = {
    ...stringCommands,
    ...counterCommands,
    ...expiryCommands,
    ...manyCommands,
  };
  const run: Record<string, SessionCommand> = {
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
