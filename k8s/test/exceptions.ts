/** A place where a check may fail, on purpose. `*` matches any text. */
export type Exception = {
  check: string;
  /** The set, such as `base` or `patterns/*`. */
  in: string;
  /** `Kind/name`, or `Kind/name container` for a container. */
  at: string;
  reason: string;
};

/** All exceptions. A test fails if one is no longer needed. */
export const exceptions: Exception[] = [
  ['network-policy-ports', 'NetworkPolicy/podkit-postgres'],
  ['network-policy-peers', 'NetworkPolicy/podkit-to-postgres'],
  ['objects-exist', 'StatefulSet/podkit'],
].map(([check = '', at = '']) => ({
  check,
  in: 'overlays/cloudnative-pg',
  at,
  reason: 'the operator creates the Pods of PostgreSQL and the Secret with its password',
}));

const matches = (pattern: string, text: string) => {
  const [start = '', end] = pattern.split('*', 2);
  return end === undefined ? text === start : text.startsWith(start) && text.endsWith(end);
};

/** Whether an exception covers a place. */
export const covers = (exception: Exception, check: string, set: string, where: string): boolean =>
  exception.check === check && matches(exception.in, set) && matches(exception.at, where);
