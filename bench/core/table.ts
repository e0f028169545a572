import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os';
import type { Growth, Row } from './row.ts';

export type Named<R> = R & { name: string };

/** Describe the machine. Figures mean little without it. */
export function describeMachine() {
  const kernel = platform() === 'linux' ? readFileSync('/proc/version', 'utf8').split(' ')[2] : '';
  return {
    date: new Date().toISOString(),
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${kernel} ${arch()}`,
    node: process.version,
    load: loadavg()[0] ?? 0,
  };
}

export type Machine = ReturnType<typeof describeMachine>;

export function machineLine({ date, cores, cpu, memoryGiB, system, node, load }: Machine, loadAfter: number): string {
  const loads = `load ${load.toFixed(1)} before, ${loadAfter.toFixed(1)} after`;
  return `${date.slice(0, 16)}Z, ${cores} cores (${cpu}), ${memoryGiB} GiB, ${system}, Node ${node}, ${loads}`;
}

/** The rows as a Markdown table, which can be pasted into a page. */
export function rowTable(rows: readonly Named<Row>[]): string {
  const cells = rows.map((row) => {
    const measured = row.missing === undefined ? figure(row.ours, row.unit) : `not measured: ${row.missing}`;
    const peer = row.peer === undefined ? '' : `${figure(row.peer.figure, row.unit)}, ${row.peer.name}`;
    const verdict = row.met === undefined ? '' : row.met ? ', met' : ', MISSED';
    const ratio = row.ratio === undefined ? '' : row.ratio.toFixed(2);
    return [row.name, row.work, measured, peer, ratio, `${row.goal ?? ''}${verdict}`];
  });
  return markdown(['part', 'work', 'ours', 'peer', 'ratio', 'goal'], cells);
}

export function growthTable(rows: readonly Named<Growth>[]): string {
  const cells = rows.map(({ name, work, unit, costs, exponent }) => {
    const [one, ten, hundred] = costs.map(({ size, cost }) => `${size.toLocaleString('en')}: ${figure(cost, unit)}`);
    return [name, work, one ?? '', ten ?? '', hundred ?? '', exponent.toFixed(2)];
  });
  return markdown(['part', 'cost of', '1 ×', '10 ×', '100 ×', 'exponent'], cells);
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map(() => '---');
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Three significant digits; larger numbers keep all digits before the decimal point. */
function figure(value: number | undefined, unit: string): string {
  if (value === undefined) return '';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const text = value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return `${text}${unit === '/s' ? '' : ' '}${unit}`;
}
