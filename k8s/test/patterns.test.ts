import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = join(import.meta.dirname, '..', 'patterns');
const gitServer = join(folder, '..', 'components', 'pattern-git-server', 'git-server.yaml');
const overview = readFileSync(join(folder, '..', '..', 'docs', 'patterns.md'), 'utf8');

describe.each(readdirSync(folder))('the pattern %s', (pattern) => {
  const readme = readFileSync(join(folder, pattern, 'README.md'), 'utf8');
  const kustomization = readFileSync(join(folder, pattern, 'kustomization.yaml'), 'utf8');
  const { namespace } = parse(kustomization) as { namespace: string };
  const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text).join('\n');

  test('is in docs/patterns.md', () => {
    expect(overview).toContain(`(../k8s/patterns/${pattern})`);
  });

  test('has a README whose commands apply and delete it, and stay in its namespace', () => {
    expect(commands).toContain(`kubectl apply -k k8s/patterns/${pattern}\n`);
    expect(commands).toContain(`kubectl delete -k k8s/patterns/${pattern} `);
    const namespaces = [...commands.matchAll(/(?:-n |namespaces\/)([a-z-]+)/g)].map(([, name]) => name);
    expect(namespaces.filter((name) => name !== namespace)).toEqual([]);
  });

  test('has the Pods, workloads and containers that its README names', () => {
    const texts = readdirSync(join(folder, pattern)).filter((name) => /\.(yaml|acl)$/.test(name));
    const manifests = [...texts.map((name) => join(folder, pattern, name)), gitServer].map((path) =>
      readFileSync(path, 'utf8'),
    );
    const containers = [...commands.matchAll(/ -c ([a-z-]+)(?=\s)/g)].map(([, name = '']) => name);
    expect(containers.filter((name) => !manifests.some((text) => text.includes(`- name: ${name}\n`)))).toEqual([]);
    const pods = [...commands.matchAll(/\b(?:pod|deploy|deployment|statefulset)\/([a-z-]+[a-z])\b/g)].map(
      ([, name = '']) => name,
    );
    const known = (name: string) => manifests.some((text) => new RegExp(`name: ${name}[,\\s}]`).test(text));
    expect(pods.filter((name) => !known(name.replace(/-\d+$/, '')))).toEqual([]);
  });

  test('has a README that explains its idea in a few sentences, then gives commands and their output', () => {
    const idea =
      readme
        .split('## Try it')[0]
        ?.replace(/^# .*$/m, '')
        .trim() ?? '';
    const sentences = idea.split(/(?<=\.\)?)\s+/);
    expect(sentences.length).toBeGreaterThanOrEqual(4);
    expect(sentences.length).toBeLessThanOrEqual(7);
    expect(readme).toContain('You should see:');
  });
});
