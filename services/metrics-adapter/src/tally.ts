/** Counts by a word of the code, such as the reason of an error. For words from outside there is NamedCounts. */
export class Tally extends Map<string, number> {
  add(word: string): void {
    this.set(word, (this.get(word) ?? 0) + 1);
  }
}
