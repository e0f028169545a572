import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { helmTemplates } from '../../tools/helm-templates.ts';
import { checks } from './checks/all-checks.ts';
import { covers, exceptions } from './exceptions.ts';
import { chart, hasHelm, helm, helmTemplate } from './manifests/helm.ts';
import { describeManifest, isKind, type Manifest } from './manifests/manifest.ts';
import { manifestSet } from './manifests/manifest-set.ts';
import { findRenderer, render } from './manifests/render.ts';
import { createdSecret } from './manifests/secret.ts';

const renderer = findRenderer();
if (!hasHelm) process.stdout.write('the chart is NOT CHECKED: helm is missing: https://helm.sh/docs/intro/install/\n');

const baseObjects = async () =>
  renderer === undefined ? [] : render(renderer, join(import.meta.dirname, '..', 'base'));
const byName = (objects: Manifest[]) => Object.fromEntries(objects.map((object) => [describeManifest(object), object]));

const everyOption = { podMonitor: true, prometheusRules: true, dashboards: true, 'networkPolicy.nodeLocalDns': true };

test.skipIf(renderer === undefined)('the templates are what npm run generate makes from the base', async () => {
  const made = Object.entries(helmTemplates(await baseObjects()));
  const stale = made.filter(([name, text]) => readFileSync(join(chart, 'templates', name), 'utf8') !== text);
  expect(stale.map(([name]) => name)).toEqual([]);
});

describe.skipIf(!hasHelm || renderer === undefined)('the chart', () => {
  test('passes helm lint with every option', async () => {
    const sets = Object.keys(everyOption).map((key) => `--set=${key}=true`);
    expect(await helm('lint', '--strict', chart, ...sets)).toContain('0 chart(s) failed');
  });

  test('renders the same objects as the base, field by field', async () => {
    const rendered = byName(await helmTemplate(chart, { 'namespace.create': true }));
    expect(rendered).toEqual(byName(await baseObjects()));
  });

  test('has the alerts and the dashboards as they are in k8s/components', async () => {
    const objects = byName(await helmTemplate(chart, everyOption));
    const rules = readFileSync(join(chart, 'alerts.yaml'), 'utf8');
    expect(objects['PrometheusRule/podkit']?.spec).toEqual(parse(rules));
    expect(Object.keys(objects['ConfigMap/podkit-dashboards']?.data ?? {})).toHaveLength(5);
  });

  test('passes every check of the manifests with every option', async () => {
    const { secret } = await createdSecret();
    const objects = await helmTemplate(chart, { ...everyOption, 'namespace.create': true });
    const set = manifestSet('chart', [...objects, secret]);
    const found = checks.flatMap(({ code, violations }) =>
      violations(set).flatMap(({ where, what }) =>
        exceptions.some((exception) => covers(exception, code, 'chart', where)) ? [] : `${code}: ${where} ${what}`,
      ),
    );
    expect(found).toEqual([]);
  });

  test('leaves out servers that are turned off', async () => {
    const values = { 'redis.enabled': false, 'postgres.enabled': false, 'gitServer.enabled': false };
    const names = (await helmTemplate(chart, values)).map(describeManifest);
    expect(names.filter((name) => /redis|postgres|git-server/.test(name))).toEqual([]);
    expect(names).toContain('StatefulSet/podkit');
  });

  test('takes images by digest', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const objects = await helmTemplate(chart, { 'image.registry': 'registry.example/podkit', 'digests.app': digest });
    const { containers } = manifestSet('chart', objects);
    const images = containers.map(({ container }) => container.image);
    expect(images).toContain(`registry.example/podkit/app@${digest}`);
    expect(images).toContain('registry.example/podkit/ambassador:dev');
  });

  test('refuses unknown values, and values of the wrong type', async () => {
    await expect(helmTemplate(chart, { replica: 3 })).rejects.toThrow(/replica/);
    await expect(helmTemplate(chart, { replicas: 'three' })).rejects.toThrow(/replicas/);
    await expect(helmTemplate(chart, { 'digests.app': 'latest' })).rejects.toThrow(/digests/);
  });

  test('lets another chart include one container, which is the same as in the suite', async () => {
    const folder = tempDir();
    cpSync(join(chart, '../examples/sidecar'), folder, { recursive: true });
    await helm('package', chart, `--destination=${join(folder, 'charts')}`);
    const objects = await helmTemplate(folder);
    expect(objects.map(describeManifest)).toEqual(['Deployment/web']);
    const own = manifestSet('example', objects).containers.find(({ container }) => container.name === 'git-sync');
    const suite = manifestSet('chart', await helmTemplate(chart, { 'site.repo': 'https://git.example/site.git' }));
    const same = suite.containers.find(({ container }) => container.name === 'git-sync');
    expect(own?.container).toEqual(same?.container);
  });

  test.each(['argo-cd.yaml', 'flux.yaml'])('accepts the values of %s', async (name) => {
    const text = readFileSync(join(chart, '../examples', name), 'utf8');
    const documents = text.split(/^---$/m).map((part) => parse(part) as Manifest);
    const values = documents.flatMap((document) => listValues(document));
    expect(values).toHaveLength(1);
    const objects = await helmTemplate(chart, values[0]);
    expect(objects.some((object) => isKind(object, 'StatefulSet'))).toBe(true);
  });
});

function listValues({ spec }: Manifest): object[] {
  const { values, source } = spec as { values?: object; source?: { helm?: { valuesObject: object } } };
  return [values ?? source?.helm?.valuesObject].filter((each) => each !== undefined);
}
