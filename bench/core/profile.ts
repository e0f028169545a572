import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapping } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

type Frame = { functionName: string; url: string; lineNumber: number; columnNumber: number };
type Profile = { nodes: { id: number; callFrame: Frame }[]; samples: number[]; timeDeltas: number[] };

/** Node flags that write a CPU profile into the folder when the process exits. */
export const profilerFlags = (folder: string) => ['--cpu-prof', `--cpu-prof-dir=${folder}`];

/** The functions with the most self time, as lines of text. All profiles of a folder are added up; idle time is left out. */
export function topFunctions(folder: string, count = 10): string[] {
  const times = new Map<string, number>();
  let busy = 0;
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile;
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    for (const [at, id] of samples.entries()) {
      const frame = frames.get(id);
      if (frame === undefined || frame.functionName === '(idle)') continue;
      const key = formatFrame(frame);
      const time = timeDeltas[at] ?? 0;
      times.set(key, (times.get(key) ?? 0) + time);
      busy += time;
    }
  }
  const sorted = [...times].toSorted(([, a], [, b]) => b - a).slice(0, count);
  return sorted.map(([key, time]) => `${((100 * time) / busy).toFixed(1).padStart(5)} %  ${describeFrame(key)}`);
}

const formatFrame = ({ functionName, url, lineNumber, columnNumber }: Frame) =>
  JSON.stringify([functionName, url, lineNumber, columnNumber]);

/** A function's name and place. The place is in the source if the bundle has a source map. */
function describeFrame(key: string): string {
  const [name, url, line, column] = JSON.parse(key) as [string, string, number, number];
  if (!url.startsWith('file:')) return `${name || '(anonymous)'} ${url}`.trim();
  const path = fileURLToPath(url);
  const source = existsSync(`${path}.map`)
    ? (new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8'))).findEntry(line, column) as Partial<SourceMapping>)
    : {};
  const where =
    source.originalSource === undefined
      ? `${relative(process.cwd(), path)}:${line + 1}`
      : `${source.originalSource.replace(/^(\.\.\/)+/, '')}:${(source.originalLine ?? 0) + 1}`;
  return `${name || '(anonymous)'} ${where}`;
}
