import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/log/logger.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  const options = { service: 'app', version: '1.2.3', level: 'info', identity: { pod: 'app-0' } };
  write(createLogger(options, { write: (line: string) => void lines.push(line) }));
  return lines.join('');
}

test('writes one JSON object per line that says who wrote it', () => {
  const line = JSON.parse(logged((log) => log.info({ key: 'a' }, 'saved')));
  expect(line).toMatchObject({ level: 'info', service: 'app', version: '1.2.3', pod: 'app-0', key: 'a', msg: 'saved' });
  expect(line).not.toHaveProperty('namespace');
});

test.each([
  { password: 'hunter2' },
  { config: { token: 'hunter2' } },
  { headers: { authorization: 'hunter2' } },
  { req: { cookie: 'hunter2' } },
  { headers: { 'dapr-api-token': 'hunter2' } },
])('hides what stands where secrets travel: %o', (fields) => {
  const text = logged((log) => log.info(fields, 'request'));
  expect(text).not.toContain('hunter2');
  expect(text).toContain('[hidden]');
});

test('has written every line when it says that it is flushed', () => {
  const fixture = join(import.meta.dirname, '..', 'fixtures', 'flush.ts');
  const { stdout } = spawnSync(process.execPath, [fixture], { encoding: 'utf8' });
  expect(stdout.match(/first|second|flushed/g)).toEqual(['first', 'second', 'flushed']);
});

test('writes lines as another program does, where it is given their format', () => {
  const lines: string[] = [];
  const format = {
    customLevels: { detail: 25 },
    formatters: { level: (_label: string, level: number) => ({ level }) },
  };
  const options = { service: 'app', version: '1.2.3', level: 'detail', format };
  const log = createLogger<'detail'>(options, { write: (line: string) => void lines.push(line) });
  log.detail('opened');
  expect(JSON.parse(lines.join(''))).toMatchObject({ level: 25, service: 'app', msg: 'opened' });
});
