/**
 * Removes secrets from text. Every log line, error file and HTTP answer passes through it.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Hide this text, also when it is encoded for a URL, Basic authentication or JSON. */
  add(secret: string | undefined): void {
    // Shorter texts are parts of ordinary words.
    if (secret === undefined || secret.length < 3) return;
    const forms = [secret, encodeURIComponent(secret), encodeURI(secret), JSON.stringify(secret).slice(1, -1)];
    for (const form of [...forms, Buffer.from(secret).toString('base64')]) this.#secrets.add(form);
    // A key of several lines may be printed line by line.
    if (secret.includes('\n')) for (const line of secret.split('\n')) if (line.length > 16) this.#secrets.add(line);
  }

  redact(text: string): string {
    let clean = text
      .replaceAll(/(https?:\/\/)[^\s/'"?#]*@/gi, '$1[hidden]@')
      .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/'"?#]*:[^\s/'"?#]*@/gi, '$1[hidden]@')
      .replaceAll(/(authorization:\s*\w+\s+)[^\s'"]+/gi, '$1[hidden]');
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, '[hidden]');
    return clean;
  }

  /** Redact every text in a value of any shape. */
  redactAll(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (Array.isArray(value)) return value.map((entry) => this.redactAll(entry));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.redactAll(entry)]));
  }
}
