import type { V1ResourceFieldSelector } from '@kubernetes/client-node';
import type { PodEntry } from '../manifests/manifest-set.ts';

const onePart = String.raw`metadata\.(name|namespace|uid)|metadata\.(labels|annotations)\['[^']+'\]`;
const byEnvironment = new RegExp(`^(${onePart}|spec\\.(nodeName|serviceAccountName)|status\\.(hostIP|podIP)s?)$`);
const byVolume = new RegExp(`^(${onePart}|metadata\\.(labels|annotations))$`);
const amount = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/;
const divisors = /^(0|1|1m|1[kMGTPE]|1[KMGTPE]i)$/;

/**
 * List the fields that a Pod requests in a way that the Downward API does not support.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
 */
export function downwardErrors({ spec, containers }: PodEntry): string[] {
  const names = containers.map(({ container }) => container.name);
  const isAmount = ({ resource, containerName, divisor = '1' }: V1ResourceFieldSelector, inVolume: boolean) =>
    amount.test(resource) &&
    divisors.test(divisor) &&
    (containerName === undefined ? !inVolume : names.includes(containerName));
  const variables = containers.flatMap(({ container }) =>
    (container.env ?? []).flatMap(({ name, valueFrom: { fieldRef, resourceFieldRef } = {} }) => [
      ...(fieldRef === undefined || byEnvironment.test(fieldRef.fieldPath) ? [] : [`${name}: ${fieldRef.fieldPath}`]),
      ...(resourceFieldRef === undefined || isAmount(resourceFieldRef, false)
        ? []
        : [`${name}: ${resourceFieldRef.resource}`]),
    ]),
  );
  const files = (spec.volumes ?? []).flatMap(({ downwardAPI }) =>
    (downwardAPI?.items ?? []).flatMap(({ path, fieldRef, resourceFieldRef }) => [
      ...(fieldRef === undefined || byVolume.test(fieldRef.fieldPath) ? [] : [`${path}: ${fieldRef.fieldPath}`]),
      ...(resourceFieldRef === undefined || isAmount(resourceFieldRef, true)
        ? []
        : [`${path}: ${resourceFieldRef.resource}`]),
    ]),
  );
  return [...variables, ...files];
}
