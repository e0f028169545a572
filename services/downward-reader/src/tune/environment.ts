import type { Settings } from './settings.ts';

/** Lines that a shell can source and `fileKeyRef` can read: `NAME='value'`, each with its reason above. */
export function formatEnvironment(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, { value, reason }]) => `# ${reason}\n${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join('');
}
