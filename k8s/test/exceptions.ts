/** A check that does not hold somewhere, on purpose. `*` stands for anything. */
export type Exception = {
  check: string;
  /** The set, such as `base` or `patterns/*`. */
  in: string;
  /** `Kind/name`, for a container `Kind/name container`. */
  at: string;
  reason: string;
};

/** All that is left out, each with its reason. One that nothing needs any more fails the test. */
export const exceptions: Exception[] = [
  ['network-policy-ports', 'NetworkPolicy/podkit-postgres'],
  ['network-policy-peers', 'NetworkPolicy/podkit-to-postgres'],
  ['objects-exist', 'StatefulSet/podkit'],
].map(([check = '', at = '']) => ({
  check,
  in: 'overlays/cloudnative-pg',
  at,
  reason: 'the operator makes the Pods of PostgreSQL and the Secret with its password',
}));

const matches = (pattern: string, text: string) => {
  const [start = '', end] = pattern.split('*', 2);
  return end === undefined ? text === start : text.startsWith(start) && text.endsWith(end);
};

/** Whether an exception is for this place. */
export const isFor = (exception: Exception, check: string, set: string, where: string): boolean =>
  exception.check === check && matches(exception.in, set) && matches(exception.at, where);
