/**
 * The one place where secrets are taken out of text. Everything that leaves the process as a log line, an error file,
 * an HTTP answer or a message to a person goes through `redact`.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Hide this text from now on, also encoded for a URL, Basic authentication or JSON. */
  add(secret: string | undefined): void {
    // Shorter ones would take ordinary words apart without protecting anything.
    if (secret === undefined || secret.length < 3) return;
    const forms = [secret, encodeURIComponent(secret), encodeURI(secret), JSON.stringify(secret).slice(1, -1)];
    for (const form of [...forms, Buffer.from(secret).toString('base64')]) this.#secrets.add(form);
    // A key of many lines is shown line by line.
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

  /** The same for every text inside a value of any shape. */
  redactAll(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (Array.isArray(value)) return value.map((entry) => this.redactAll(entry));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.redactAll(entry)]));
  }
}
