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

/** `npm run e2e`: the suite and every pattern on the cluster that KUBECONFIG names. */
const help = `npm run e2e -- [options]    needs kubectl, and a cluster (KUBECONFIG) that has or can pull the images
  --registry NAME   where the images are (default ${registry})
  --tag TAG         their tag (default ${tag})
  --previous TAG    the tag of the release before, to roll back to it and upgrade from it
  --only REGEX      only the cases whose name matches
  --list            name the cases
`;
const { values } = parseArgs({
  options: {
    registry: { type: 'string', default: registry },
    tag: { type: 'string', default: tag },
    previous: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
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
    ...patternCases(folder),
    ...pageCases('cluster', root, rewrite),
  ];
  const only = new RegExp(values.only);
  // The first and the last case of the suite set it up and take it down.
  const chosen = all.filter(({ name }) => only.test(name));
  if (values.list) return console.log(chosen.map(({ name }) => name).join('\n'));
  const { gitVersion } = JSON.parse(await run('kubectl', ['get', '--raw', '/version'])) as { gitVersion: string };
  console.log(
    `Kubernetes ${gitVersion}, images ${imageNames.map((name) => `${values.registry}/${name}:${values.tag}`).join(' ')}`,
  );
  if (values.previous === '') console.log('without --previous TAG there is no rollback and no upgrade');
  process.exitCode = (await runCases(chosen)) === 0 ? 0 : 1;
});
