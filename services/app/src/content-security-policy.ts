/** Directives of a Content-Security-Policy, each with its values. */
export type CspDirectives = Record<string, string[]>;

/** Read a policy as its header has it. */
export function parseCsp(policy: string): CspDirectives {
  const parts = policy.split(';').map((part) => part.trim().split(/\s+/));
  return Object.fromEntries(parts.flatMap(([name, ...values]) => (name ? [[name, values]] : [])));
}
