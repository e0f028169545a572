type Fields = Record<string, unknown>;

/** Fields that every line has; the readable line shows them in its own way or leaves them out. */
const standing = new Set([
  'level',
  'time',
  'ts',
  'msg',
  'service',
  'version',
  'pod',
  'namespace',
  'node',
  'logger',
  'caller',
]);

/** A readable line for people: time, who, and what happened, from a service's JSON log line or any other line. */
export function eventLine(name: string, line: string, now = new Date()): string {
  return `${now.toTimeString().slice(0, 8)}  ${name.padEnd(16)} ${whatHappened(line)}`;
}

/** True for a line that is shown even while others are hidden: a warning, an error, or text that is not a log line of a service. */
export function isWarning(line: string): boolean {
  const fields = parse(line);
  if (fields === undefined) return true;
  return fields.error !== undefined || levels.has(fields.level);
}

const levels = new Set<unknown>(['warn', 'error', 'fatal']);

function whatHappened(line: string): string {
  const fields = parse(line);
  if (fields === undefined) return line;
  if (fields.msg === 'request')
    return `${text(fields.method)} ${text(fields.path)} ${text(fields.status)} ${text(fields.milliseconds)} ms`;
  if (fields.msg === 'lifecycle') return `${text(fields.state)}: ${text(fields.reason)}`;
  const rest = Object.entries(fields).filter(([key]) => !standing.has(key));
  return [text(fields.msg), ...rest.map(([key, value]) => `${key}=${text(value)}`)].join(' ');
}

function parse(line: string): Fields | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Fields;
  } catch {
    return undefined;
  }
}

/** Errors as their message, other objects as JSON, all on one line. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message);
  return JSON.stringify(value) ?? '';
}
