import { readFileSync } from 'node:fs';

/** A block of commands of a README, with what it says one should see. */
export type Step = { commands: string; expected: string[] };

/** The ```sh blocks of a README in order, each with the lines of the ```text block that follows it. */
export function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  for (const [, language, body = ''] of readFileSync(path, 'utf8').matchAll(/^```(sh|text)\n(.*?)^```$/gms)) {
    if (language === 'sh') steps.push({ commands: body, expected: [] });
    else steps.at(-1)?.expected.push(...body.split('\n').filter((line) => line.trim() !== ''));
  }
  return steps;
}

/** The expected lines that are in no line of the output; `…` stands for anything. */
export function missingLines(expected: readonly string[], output: string): string[] {
  return expected.filter((line) => {
    const parts = line.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    return !new RegExp(`^.*${parts.join('.*')}.*$`, 'm').test(output);
  });
}
