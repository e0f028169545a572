import type { Client } from '../client.ts';
import { subcommandUnknown } from '../commands/errors.ts';
import { CommandError, MapReply, ok, type Reply } from '../commands/reply.ts';
import type { RequestView } from '../commands/request.ts';
import { allCommands, type CommandSpec } from '../commands/table.ts';

/**
 * CONFIG: the endpoint has none of Redis' settings, so GET answers an empty list, which redis-benchmark and others
 * accept.
 */
export function configCommand(_client: Client, request: RequestView): Reply {
  const subcommand = request.word(1);
  if (subcommand === 'get') return new MapReply([]);
  if (subcommand === 'resetstat') return ok;
  throw new CommandError(subcommandUnknown('config', request.text(1)));
}

/** COMMAND [COUNT | LIST | INFO names | DOCS]; DOCS is empty, so redis-cli has no hints but works. */
export function commandCommand(_client: Client, request: RequestView): Reply {
  const specs = allCommands();
  if (request.count === 1) return specs.map(commandInfo);
  const subcommand = request.word(1);
  if (subcommand === 'count') return specs.length;
  if (subcommand === 'list') return specs.map((spec) => spec.name);
  if (subcommand === 'docs') return new MapReply([]);
  if (subcommand !== 'info') throw new CommandError(subcommandUnknown('command', request.text(1)));
  if (request.count === 2) return specs.map(commandInfo);
  return request.options(2).map((name) => {
    const spec = specs.find((candidate) => candidate.name === name);
    return spec === undefined ? null : commandInfo(spec);
  });
}

function commandInfo({ name, arity, write, blocking, keys }: CommandSpec): Reply {
  const [first, last, step] = keys.kind === 'range' ? [keys.first, keys.last, keys.step] : [0, 0, 0];
  const movable = keys.kind === 'counted' || keys.kind === 'streams';
  const flags = [write ? 'write' : 'readonly', ...(blocking ? ['blocking'] : []), ...(movable ? ['movablekeys'] : [])];
  return [name, arity, flags, first, last, step];
}

/** TIME: seconds and microseconds. */
export function time(): Reply {
  const now = performance.timeOrigin + performance.now();
  const seconds = Math.floor(now / 1000);
  return [String(seconds), String(Math.floor((now - seconds * 1000) * 1000))];
}
