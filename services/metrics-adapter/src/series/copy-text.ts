/** A copy of a text. A substring would keep the whole packet or line in memory; a copy doesn't. */
export const copyText = (text: string): string => Buffer.from(text).toString();
