/**
 * Variables that Kubernetes sets in every container for each Service of its namespace:
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 * A Service named `redis` gives `REDIS_SERVICE_HOST`, `REDIS_PORT=tcp://10.0.0.1:6379` and `REDIS_PORT_6379_TCP`.
 */
const linkName = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;
const linkValue = /^(tcp|udp|sctp):\/\/(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):\d+$/;

/** Whether a variable of this name may be one of them. */
export const isServiceLinkName = (name: string): boolean => linkName.test(name);

/** Whether a variable is one of them, even if a setting has its name: no setting takes such a value. */
export const isServiceLink = (name: string, value: string): boolean => name.endsWith('_PORT') && linkValue.test(value);
