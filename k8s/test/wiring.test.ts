import { describe, expect, it } from 'vitest';
import { configOf } from './container-config.ts';
import { exceptions } from './exceptions.ts';
import { type Container, type Json, nameOf, podSpecOf, render, sets } from './render.ts';

const dataOf = (object: Json | undefined) => Object.keys((object?.data as Json | undefined) ?? {});

describe.each(sets)('%s', (set) => {
  const objects = render(set);
  const find = (kind: string, name: string) => objects.find((object) => nameOf(object) === `${kind}/${name}`);
  const pods = objects.flatMap((object) => {
    const spec = podSpecOf(object);
    return spec === undefined ? [] : [{ object, name: nameOf(object), spec }];
  });
  const containers = pods.flatMap(({ name, spec }) =>
    [...(spec.initContainers ?? []), ...spec.containers].map((container) => ({
      name: `${name} ${container.name}`,
      container,
      spec,
    })),
  );
  const longRunning = containers.filter(({ container }) => !(container.name in exceptions.unprobed));

  it('gives every service settings that it knows and accepts', () => {
    expect(
      containers.flatMap(({ name, container }) => configOf(container).faults.map((fault) => `${name}: ${fault}`)),
    ).toEqual([]);
  });

  it('leaves every container its drain delay, its time-out and 2 s within the grace period of its Pod', () => {
    const tight = containers.filter(({ container, spec }) => {
      const { budget } = configOf(container);
      const grace = (spec.terminationGracePeriodSeconds ?? 30) * 1000;
      return (
        budget !== undefined &&
        (budget.drainDelay + budget.shutdownTimeout + 2000 > grace || budget.gracePeriod > grace)
      );
    });
    expect(tight.map(({ name }) => name)).toEqual([]);
  });

  it('probes every container that keeps running: startup, liveness and readiness, the last two not alike', () => {
    const offenders = longRunning.filter(({ container: { startupProbe, livenessProbe, readinessProbe } }) => {
      if (startupProbe === undefined || livenessProbe === undefined || readinessProbe === undefined) return true;
      return JSON.stringify(livenessProbe) === JSON.stringify(readinessProbe);
    });
    expect(offenders.map(({ name }) => name)).toEqual([]);
  });

  it('names ports that exist, above 1023, in every probe and Service', () => {
    const low = containers.flatMap(({ name, container }) =>
      (container.ports ?? []).filter(({ containerPort }) => containerPort < 1024).map((port) => `${name} ${port.name}`),
    );
    expect(low).toEqual([]);
    expect(containers.flatMap(({ name, container }) => lostPorts(container).map((port) => `${name} ${port}`))).toEqual(
      [],
    );
    const names = new Set(containers.flatMap(({ container }) => (container.ports ?? []).map(({ name }) => name)));
    const services = objects.filter(({ kind, spec }) => kind === 'Service' && (spec as Json).type !== 'ExternalName');
    const targets = services.flatMap(({ spec }) =>
      (spec as { ports: { targetPort: string }[] }).ports.map(({ targetPort }) => targetPort),
    );
    expect(targets.filter((target) => !names.has(target))).toEqual([]);
  });

  it('mounts only volumes that are there, from ConfigMaps and Secrets that have the keys', () => {
    const mounts = pods.flatMap(({ object, name, spec }) => {
      const templates =
        ((object.spec as Json).volumeClaimTemplates as { metadata: { name: string } }[] | undefined) ?? [];
      const known = new Set([
        ...(spec.volumes ?? []).map((volume) => volume.name),
        ...templates.map(({ metadata }) => metadata.name),
      ]);
      return [...(spec.initContainers ?? []), ...spec.containers].flatMap((container) =>
        (container.volumeMounts ?? [])
          .filter((mount) => !known.has(mount.name))
          .map((mount) => `${name} ${container.name} ${mount.name}`),
      );
    });
    expect(mounts).toEqual([]);
    const missing = pods.flatMap(({ name, spec }) =>
      (spec.volumes ?? []).flatMap((volume) => missingKeys(volume).map((what) => `${name} ${volume.name}: ${what}`)),
    );
    expect(missing).toEqual([]);
  });

  function missingKeys({ configMap, secret }: Json): string[] {
    const named = configMap as { name: string; items?: { key: string }[] } | undefined;
    const hidden = secret as { secretName: string; items?: { key: string }[] } | undefined;
    const source = named === undefined ? hidden && find('Secret', hidden.secretName) : find('ConfigMap', named.name);
    if (named === undefined && hidden === undefined) return [];
    if (source === undefined) return [`no ${named?.name ?? hidden?.secretName}`];
    return ((named ?? hidden)?.items ?? []).map(({ key }) => key).filter((key) => !dataOf(source).includes(key));
  }

  it('puts no password into an environment, and runs as a ServiceAccount that is there', () => {
    const shown = containers.flatMap(({ name, container }) =>
      (container.env ?? [])
        .filter((variable) => /PASSWORD$|TOKEN$|SECRET$/.test(variable.name))
        .map((variable) => `${name} ${variable.name}`),
    );
    expect(shown).toEqual([]);
    expect(
      pods
        .filter(({ spec }) => find('ServiceAccount', String(spec.serviceAccountName)) === undefined)
        .map(({ name }) => name),
    ).toEqual([]);
  });
});

function lostPorts(container: Container): string[] {
  const known = new Set((container.ports ?? []).flatMap(({ name, containerPort }) => [name, String(containerPort)]));
  const { startupProbe, livenessProbe, readinessProbe } = container;
  return [startupProbe, livenessProbe, readinessProbe].flatMap((probe) => {
    const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port;
    return port === undefined || known.has(String(port)) ? [] : [String(port)];
  });
}
