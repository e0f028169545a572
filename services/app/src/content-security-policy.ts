import { contentSecurityPolicy, type HelmetOptions } from 'helmet';

/** A Content-Security-Policy as helmet takes it; false: none. */
export type Csp = Exclude<HelmetOptions['contentSecurityPolicy'], boolean | undefined> | false;

type Directives = NonNullable<Exclude<Csp, false>['directives']>;

/**
 * Read a policy as its header has it; an empty one is none. helmet insists on a `default-src`, the standard does not
 * (https://www.w3.org/TR/CSP3/), so its own exception is made where there is none.
 */
export function parseCsp(policy: string): Csp {
  const parts = policy.split(';').map((part) => part.trim().split(/\s+/));
  const directives: Directives = Object.fromEntries(
    parts.flatMap(([name, ...values]) => (name ? [[name, values]] : [])),
  );
  if (Object.keys(directives).length === 0) return false;
  directives['default-src'] ??= contentSecurityPolicy.dangerouslyDisableDefaultSrc;
  return { useDefaults: false, directives };
}
