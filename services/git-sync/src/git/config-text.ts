export type GitConfigEntry = { key: string; value: string };

/** The text of a git configuration file: https://git-scm.com/docs/git-config#_syntax */
export function gitConfigFile(entries: readonly GitConfigEntry[]): string {
  return entries.map(({ key, value }) => `${section(key)}\n\t${name(key)} = "${escape(value)}"\n`).join('');
}

function section(key: string): string {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  const subsection = first === last ? '' : ` "${key.slice(first + 1, last).replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  return `[${key.slice(0, first)}${subsection}]`;
}

const name = (key: string): string => key.slice(key.lastIndexOf('.') + 1);

function escape(value: string): string {
  return value.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`).replaceAll('\t', String.raw`\t`);
}
