/** Parse `:9376`, `127.0.0.1:9376` or `[::1]:9376`; undefined when it is none of these. */
export function parseBindAddress(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return undefined;
  return { host: match[1] ?? match[2] ?? '', port };
}
