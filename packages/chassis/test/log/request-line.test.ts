import { expect, it } from 'vitest';
import { createLogger } from '../../src/log/logger.ts';
import { requestLine } from '../../src/log/request-line.ts';

const hostile = { method: 'GET', path: '/a"b\\c\n{é', route: '/:name"', status: 200, milliseconds: 1.5 };

function recording() {
  const lines: string[] = [];
  const options = { service: 'app', version: '1.2.3', level: 'info', identity: { pod: 'app-"0"' } };
  return { lines, log: createLogger(options, { write: (line: string) => void lines.push(line) }) };
}

it('writes what the logger itself would, whatever the path holds', () => {
  const { lines, log } = recording();
  requestLine(log, 'info', hostile.route)(hostile);
  log.info(hostile, 'request');
  const [ours, theirs] = lines.map((line) => line.replace(/"time":"[^"]+"/, '"time":"now"'));
  expect(ours).toBe(theirs);
  expect(Date.parse((JSON.parse(lines[0] ?? '') as { time: string }).time)).toBeGreaterThan(0);
});

it('follows the level of the log while it changes', () => {
  const { lines, log } = recording();
  const write = { info: requestLine(log, 'info', '/'), debug: requestLine(log, 'debug', '/') };
  write.debug(hostile);
  expect(lines).toEqual([]);
  log.level = 'debug';
  write.debug(hostile);
  expect(lines).toHaveLength(1);
  log.level = 'warn';
  write.info(hostile);
  expect(lines).toHaveLength(1);
});
