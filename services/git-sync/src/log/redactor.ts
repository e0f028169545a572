const renewedLimit = 1000;

/**
 * Removes secrets from text. Every log line, error file and HTTP answer passes through it.
 */
export class Redactor {
  readonly #secrets = new Set<string>();
  /** Each with its forms, the latest last. */
  readonly #renewed = new Map<string, readonly string[]>();

  /** Hide this text, also when it is encoded for a URL, Basic authentication or JSON. */
  add(secret: string | undefined): void {
    for (const form of listForms(secret)) this.#secrets.add(form);
  }

  /** Hide a secret that may be another one in each pass, until a thousand others were added. */
  addRenewed(secret: string): void {
    const forms = this.#renewed.get(secret) ?? listForms(secret);
    this.#renewed.delete(secret);
    this.#renewed.set(secret, forms);
    const [oldest] = this.#renewed.keys();
    if (this.#renewed.size > renewedLimit && oldest !== undefined) this.#renewed.delete(oldest);
  }

  /** Takes time in proportion to the text, whatever a remote or a hook printed. */
  redact(text: string): string {
    let clean = text
      .replaceAll(/(https?:\/\/)[^\s/'"?#]*@/gi, '$1[hidden]@')
      .replaceAll(/(:\/\/)[^\s/'"?#:]*:[^\s/'"?#]*@/g, '$1[hidden]@')
      .replaceAll(/(authorization:\s*\w+\s+)[^\s'"]+/gi, '$1[hidden]');
    for (const forms of [this.#secrets, ...this.#renewed.values()])
      for (const form of forms) clean = clean.replaceAll(form, '[hidden]');
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

function listForms(secret: string | undefined): string[] {
  // Shorter texts are parts of ordinary words.
  if (secret === undefined || secret.length < 3) return [];
  // A key of several lines may be printed line by line.
  const lines = secret.split('\n').filter((line) => line !== secret && line.length > 16);
  const texts = [secret, encodeURIComponent(secret), encodeURI(secret), JSON.stringify(secret).slice(1, -1)];
  return [...new Set([...texts, Buffer.from(secret).toString('base64'), ...lines])];
}
