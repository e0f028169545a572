import type { Setting } from './setting.ts';

/** What was given for a setting: its texts, several only for a list, and the flag or variable that they stood in. */
export type Given = { name: string; texts: string[] };

/** A command line taken apart: what it gives, by setting key, words that are not flags, and what was wrong. */
export type Flags = { given: Map<string, Given>; positionals: string[]; errors: string[] };

/**
 * How settings are written. `loadConfig` reads any by the same rules: a flag beats a variable, which beats the default;
 * all errors at once. Ours is `podkitGrammar`; a drop-in for another program has that program's.
 */
export type Grammar = {
  readFlags(settings: readonly Setting[], argv: readonly string[]): Flags;
  /** @throws {PodkitError} ERR_CONFIG where the variable cannot be read */
  readVariable(setting: Setting, env: NodeJS.ProcessEnv): Given | undefined;
  /** A line for each variable that is an error by its name alone. */
  checkVariables(settings: readonly Setting[], env: NodeJS.ProcessEnv): string[];
  /** The value of what was given; undefined counts as not given. An error it throws refuses the texts. */
  parse(setting: Setting, texts: readonly string[]): unknown;
};
