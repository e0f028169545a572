import { parseArgs } from 'node:util';
import { root } from '../tools/doc-commands.ts';
import { imageNames, registry, tag } from '../tools/image-set.ts';
import { runCases } from './case.ts';
import { chartCases } from './cases/chart.ts';
import { pageCases } from './cases/pages.ts';
import { patternCases } from './cases/patterns.ts';
import { suiteCases } from './cases/suite.ts';
import { withManifests } from './manifests.ts';
import { run } from './run.ts';

/** `npm run e2e`: test the suite, the chart and every pattern on the cluster that KUBECONFIG names. */
const help = `npm run e2e -- [options]    it needs kubectl, helm, and a cluster (KUBECONFIG) that has the images or can pull them
  --registry NAME   where the images are (default ${registry})
  --tag TAG         their tag (default ${tag})
  --previous TAG    the tag of the previous release, to roll back to it and upgrade from it
  --only REGEX      run only the cases whose names match
  --keep            keep what a failed pattern has created, to look into it
  --list            print the names of the cases
`;
const { values } = parseArgs({
  options: {
    registry: { type: 'string', default: registry },
    tag: { type: 'string', default: tag },
    previous: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

const images = new RegExp(`${registry.replaceAll('.', String.raw`\.`)}/([a-z-]+):${tag}`, 'g');
const rewrite = (commands: string) => commands.replaceAll(images, `${values.registry}/$1:${values.tag}`);
const image = (name: string) => ({ newName: `${values.registry}/${name}`, newTag: values.tag });
await withManifests(image, async (folder) => {
  const all = [
    ...suiteCases(folder, values),
    ...chartCases(values),
    ...patternCases(folder, values),
    ...pageCases('cluster', root, rewrite),
  ];
  const only = new RegExp(values.only);
  // The first case of the suite sets it up, and the last one deletes it.
  const chosen = all.filter(({ name }) => only.test(name));
  if (values.list) return console.log(chosen.map(({ name }) => name).join('\n'));
  const { gitVersion } = JSON.parse(await run('kubectl', ['get', '--raw', '/version'])) as { gitVersion: string };
  console.log(
    `Kubernetes ${gitVersion}, images ${imageNames.map((name) => `${values.registry}/${name}:${values.tag}`).join(' ')}`,
  );
  if (values.previous === '') console.log('NOT run: rollback and upgrade, which need --previous TAG');
  process.exitCode = (await runCases(chosen)) === 0 ? 0 : 1;
});
