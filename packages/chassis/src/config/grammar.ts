import type { Setting } from './setting.ts';

/** What was given for a setting: the flag or variable, and its text, or several for a list. */
export type Given = { name: string; texts: string[] };

/** A parsed command line: what it gives by setting key, the words that are not flags, and the errors. */
export type Flags = { given: Map<string, Given>; positionals: string[]; errors: string[] };

/**
 * How flags and variables are written: `podkitGrammar`, or that of the program that a service is a drop-in for. `loadConfig` reads all
 * by the same rules: a flag beats a variable, which beats the default; all errors at once.
 */
export type Grammar = {
  readFlags(settings: readonly Setting[], argv: readonly string[]): Flags;
  /** @throws {PodkitError} ERR_CONFIG where the variable cannot be read */
  readVariable(setting: Setting, env: NodeJS.ProcessEnv): Given | undefined;
  /** A line for each variable whose name is an error. */
  checkVariables(settings: readonly Setting[], env: NodeJS.ProcessEnv): string[];
  /** The value of the texts; undefined counts as not given. It throws if they are refused. */
  parse(setting: Setting, texts: readonly string[]): unknown;
};
