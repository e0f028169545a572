import * as models from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { exceptions } from './exceptions.ts';
import { type Container, type Json, nameOf, type PodSpec, podSpecOf, render, sets } from './render.ts';

type Attribute = { name: string; baseName: string; type: string };
type Model = { getAttributeTypeMap(): Attribute[] };
type Entry = { name: string; container: Container; spec: PodSpec };

/** Paths of fields that the API does not know, by the field lists of the generated client. */
function unknownFields(value: unknown, type: string, path: string): string[] {
  const list = /^Array<(.*)>$/.exec(type)?.[1];
  if (list !== undefined)
    return Array.isArray(value)
      ? value.flatMap((item, index) => unknownFields(item, list, `${path}[${index}]`))
      : [`${path} is no list`];
  const model = (models as unknown as Record<string, Model | undefined>)[type];
  if (model?.getAttributeTypeMap === undefined || typeof value !== 'object' || value === null) return [];
  const known = new Map(model.getAttributeTypeMap().map((attribute) => [attribute.baseName, attribute.type]));
  return Object.entries(value).flatMap(([name, field]) => {
    const fieldType = known.get(name);
    return fieldType === undefined ? [`${path}.${name}`] : unknownFields(field, fieldType, `${path}.${name}`);
  });
}

function modelOf({ apiVersion, kind }: Json): string {
  const version = String(apiVersion).split('/').at(-1) ?? '';
  return `${version[0]?.toUpperCase()}${version.slice(1)}${String(kind)}`;
}

const effective = (entry: Entry, field: string) =>
  entry.container.securityContext?.[field] ?? entry.spec.securityContext?.[field];

const has = (amounts: Json | undefined) => amounts?.cpu !== undefined && amounts.memory !== undefined;

const labelsOf = (object: Json) =>
  (
    (object.kind === 'Pod' ? object : (object.spec as Json | undefined)?.template) as
      | { metadata?: { labels?: Json } }
      | undefined
  )?.metadata?.labels ?? {};

it('tells a field that the API does not know from those that it does', () => {
  const pod = { spec: { containers: [{ name: 'a', imagePullPolicyy: 'Always' }], hostname: 'a' } };
  expect(unknownFields(pod, 'V1Pod', 'Pod')).toEqual(['Pod.spec.containers[0].imagePullPolicyy']);
});

describe.each(sets)('%s', (set) => {
  const objects = render(set);
  const pods = objects.flatMap((object) => {
    const spec = podSpecOf(object);
    return spec === undefined ? [] : [{ name: nameOf(object), spec }];
  });
  const containers = pods.flatMap(({ name, spec }) =>
    [...(spec.initContainers ?? []), ...spec.containers].map((container) => ({
      name: `${name} ${container.name}`,
      container,
      spec,
    })),
  );
  const offenders = (fits: (entry: (typeof containers)[number]) => boolean) =>
    containers.filter((entry) => !fits(entry)).map(({ name }) => name);

  it('has no field that the API does not know', () => {
    const strangers = objects.filter(
      (object) => !(modelOf(object) in models) && !(String(object.kind) in exceptions.customKinds),
    );
    expect(strangers.map(nameOf)).toEqual([]);
    expect(objects.flatMap((object) => unknownFields(object, modelOf(object), nameOf(object)))).toEqual([]);
  });

  it('names the namespace of every object, and labels that namespace Pod Security restricted', () => {
    const loose = objects.filter(
      ({ kind, metadata }) => kind !== 'Namespace' && (metadata as Json).namespace === undefined,
    );
    expect(loose.map(nameOf)).toEqual([]);
    const labels = objects
      .filter(({ kind }) => kind === 'Namespace')
      .map(({ metadata }) => (metadata as { labels?: Json }).labels?.['pod-security.kubernetes.io/enforce']);
    expect(labels).toEqual(['restricted']);
  });

  it('runs every container without root, privileges, capabilities or a writable root file system', () => {
    expect(offenders(({ container }) => container.securityContext?.allowPrivilegeEscalation === false)).toEqual([]);
    expect(offenders(({ container }) => container.securityContext?.readOnlyRootFilesystem === true)).toEqual([]);
    expect(
      offenders(({ container }) => JSON.stringify(container.securityContext?.capabilities) === '{"drop":["ALL"]}'),
    ).toEqual([]);
    expect(offenders((entry) => effective(entry, 'runAsNonRoot') === true)).toEqual([]);
    expect(offenders((entry) => Number(effective(entry, 'runAsUser')) > 10_000)).toEqual([]);
    expect(
      pods
        .filter(({ spec }) => JSON.stringify(spec.securityContext?.seccompProfile) !== '{"type":"RuntimeDefault"}')
        .map(({ name }) => name),
    ).toEqual([]);
  });

  it('gives no Pod a token, the network, the processes or the files of the node', () => {
    expect(pods.filter(({ spec }) => spec.automountServiceAccountToken !== false).map(({ name }) => name)).toEqual([]);
    expect(
      pods
        .filter(({ spec }) => spec.hostNetwork === true || spec.hostPID === true || spec.hostIPC === true)
        .map(({ name }) => name),
    ).toEqual([]);
    expect(
      pods.filter(({ spec }) => JSON.stringify(spec.volumes ?? []).includes('"hostPath"')).map(({ name }) => name),
    ).toEqual([]);
  });

  it('requests and limits memory and CPU of every container', () => {
    expect(
      offenders(({ container }) => has(container.resources?.limits) && has(container.resources?.requests)),
    ).toEqual([]);
  });

  it('names a tag of every image that is not latest', () => {
    expect(offenders(({ container }) => /:(?!latest$)[\w.-]+$/.test(container.image ?? ''))).toEqual([]);
  });

  it('selects with every Service Pods that are there, and names a headless Service in every StatefulSet that is there', () => {
    const services = objects.filter(({ kind, spec }) => kind === 'Service' && (spec as Json).type !== 'ExternalName');
    const idle = services.filter(({ spec }) => {
      const selector = Object.entries((spec as { selector?: Json }).selector ?? {});
      return (
        selector.length === 0 ||
        !objects.some((object) => selector.every(([key, value]) => labelsOf(object)[key] === value))
      );
    });
    expect(idle.map(nameOf)).toEqual([]);
    const headless = services
      .filter(({ spec }) => (spec as Json).clusterIP === 'None')
      .map(({ metadata }) => (metadata as Json).name);
    const governing = objects
      .filter(({ kind }) => kind === 'StatefulSet')
      .map(({ spec }) => (spec as Json).serviceName);
    expect(governing.filter((name) => !headless.includes(name))).toEqual([]);
  });
});
