import { Type } from 'typebox';

type WordOptions<Word> = { default?: Word; description?: string };

/** A setting that takes one of a few words. */
export const oneOf = <const Words extends readonly string[]>(words: Words, options: WordOptions<Words[number]> = {}) =>
  Type.Unsafe<Words[number]>(Type.String({ enum: [...words], ...options }));
