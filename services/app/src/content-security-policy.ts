import { contentSecurityPolicy, type HelmetOptions } from 'helmet';

/** A Content-Security-Policy as helmet takes it; false: none. */
export type Csp = Exclude<HelmetOptions['contentSecurityPolicy'], boolean | undefined> | false;

type Directives = NonNullable<Exclude<Csp, false>['directives']>;

/**
 * Parse the value of a Content-Security-Policy header; false if it is empty. helmet requires a `default-src` but the
 * standard (https://www.w3.org/TR/CSP3/) does not, so a policy without one gets helmet's exception.
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
