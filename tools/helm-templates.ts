import type { V1Container, V1StatefulSet } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import type { Manifest } from '../k8s/test/manifests/manifest.ts';

/** Marks a template expression in an object, until the object is text. */
const mark = (expression: string) => `⟦${expression}⟧`;

/** The chart's values for each server of the base. */
const servers = { redis: '.Values.redis', postgres: '.Values.postgres', 'git-server': '.Values.gitServer' } as const;

/**
 * The templates of charts/podkit, made of the rendered base: file names to texts. Each container of the podkit Pod is a named
 * template of its own, so that another chart can include it.
 */
export function helmTemplates(objects: Manifest[]): Record<string, string> {
  const containers: string[] = [];
  const files: Record<string, string[]> = {};
  for (const object of objects) {
    const copy = structuredClone(object);
    if (copy.kind === 'Namespace') copy.metadata.name = mark('.Release.Namespace');
    else copy.metadata.namespace = mark('.Release.Namespace');
    if (copy.kind === 'ConfigMap') configMap(copy);
    if (copy.kind === 'StatefulSet') containers.push(...statefulSet(copy as V1StatefulSet & Manifest));
    const file = `${object.kind.toLowerCase()}s.yaml`;
    (files[file] ??= []).push(`{{- if ${condition(object)} }}\n---\n${printValue(copy)}{{- end }}\n`);
  }
  const header = '{{/* Made from k8s/base by npm run generate. */}}\n';
  return Object.fromEntries([
    ['_containers.tpl', header + containers.join('')],
    ...Object.entries(files).map(([file, texts]) => [file, header + texts.join('')]),
  ]) as Record<string, string>;
}

function condition({ kind, metadata: { name } }: Manifest): string {
  const conditions = ['.Values.suite'];
  if (kind === 'Namespace') conditions.push('.Values.namespace.create');
  if (kind === 'NetworkPolicy') conditions.push('.Values.networkPolicy.enabled');
  for (const [server, values] of Object.entries(servers))
    if ([server, `podkit-to-${server}`, `${server}-passwd`].includes(name)) conditions.push(`${values}.enabled`);
  return conditions.length === 1 ? '.Values.suite' : `and ${conditions.join(' ')}`;
}

function configMap({ metadata: { name }, data = {} }: Manifest): void {
  if (name === 'podkit-config')
    for (const file of ['ambassador', 'adapter'])
      data[`${file}.yaml`] = mark(`.Values.config.${file} | default (.Files.Get "config/${file}.yaml") | toJson`);
  if (name === 'podkit-live') {
    data.banner = mark('.Values.live.banner | toJson');
    data['log-level'] = mark('.Values.live.logLevel | toJson');
  }
}

/** Put the chart's values into a StatefulSet. Returns the named templates of its containers, if it is the podkit Pod. */
function statefulSet({ metadata, spec }: V1StatefulSet & Manifest): string[] {
  const name = metadata.name as keyof typeof servers | 'podkit';
  const pod = spec?.template.spec;
  if (spec === undefined || pod === undefined) return [];
  for (const claim of spec.volumeClaimTemplates ?? [])
    Object.assign(claim.spec?.resources?.requests ?? {}, {
      storage: mark(name === 'podkit' ? '.Values.storage' : `${servers[name]}.storage`),
    });
  for (const { secret } of pod.volumes ?? []) if (secret !== undefined) secret.secretName = mark('.Values.secretName');
  if (name !== 'podkit') {
    for (const container of pod.containers) container.image = serverImage(name);
    return [];
  }
  Object.assign(spec, { replicas: mark('.Values.replicas') });
  const all = [...(pod.initContainers ?? []), ...pod.containers];
  const include = (container: V1Container) => mark(`@include ${container.name}`) as unknown as V1Container;
  const texts = all.map((container) => define(structuredClone(container)));
  pod.initContainers = (pod.initContainers ?? []).map(include);
  pod.containers = pod.containers.map(include);
  return texts;
}

const serverImage = (name: keyof typeof servers) =>
  mark(name === 'git-server' ? 'include "podkit.image" (list $ "git-server")' : `${servers[name]}.image`);

function define(container: V1Container): string {
  const { name } = container;
  const image = name === 'clone' ? 'git-sync' : name;
  const values = `(index .Values.containers "${name}")`;
  container.image = mark(`include "podkit.image" (list . "${image}")`);
  container.imagePullPolicy = mark('.Values.image.pullPolicy');
  for (const variable of container.env ?? []) {
    if (variable.name === 'SITE_REPO') variable.value = mark('.Values.site.repo | toJson');
    if (variable.name === 'SITE_REF') variable.value = mark('.Values.site.ref | toJson');
  }
  const env = [...(container.env ?? []), mark(`@more ${values}.env`)];
  const copy = Object.assign(container, { env, resources: mark(`@yaml ${values}.resources`) });
  return `{{- define "podkit.container.${name}" -}}\n${printValue([copy])}{{- end }}\n`;
}

/** The text of an object, with the expressions in place of their marks. */
function printValue(object: unknown): string {
  return (
    stringify(object, { lineWidth: 0, compat: 'yaml-1.1' })
      // Expressions of Prometheus and of podkit are not for Helm.
      .replaceAll('{{', '{{ "{{" }}')
      .replaceAll(
        /^( *)- "?⟦@include ([\w-]+)⟧"?$/gm,
        (_, indent: string, name: string) =>
          `${indent}{{- include "podkit.container.${name}" . | nindent ${indent.length} }}`,
      )
      .replaceAll(
        /^( *)- "?⟦@more ([^⟧]+)⟧"?$/gm,
        (_, indent: string, list: string) =>
          `${indent}{{- with ${list.replaceAll('\\"', '"')} }}\n${indent}{{- toYaml . | nindent ${indent.length} }}\n${indent}{{- end }}`,
      )
      .replaceAll(
        /^( *)(\w+): "?'?⟦@yaml ([^⟧]+)⟧'?"?$/gm,
        (_, indent: string, key: string, value: string) =>
          `${indent}${key}:\n${indent}  {{- toYaml ${value.replaceAll('\\"', '"')} | nindent ${indent.length + 2} }}`,
      )
      .replaceAll(/["']?⟦([^⟧]+)⟧["']?/g, (_, expression: string) => `{{ ${expression.replaceAll('\\"', '"')} }}`)
  );
}
