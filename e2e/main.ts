import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCases } from './case.ts';
import { patternCases } from './cases/patterns.ts';
import { suiteCases } from './cases/suite.ts';
import { copyManifests } from './manifests.ts';
import { run } from './run.ts';

/** `npm run e2e`: the suite and every pattern on the cluster that KUBECONFIG names. */
const help = `npm run e2e -- [options]    needs kubectl, and a cluster (KUBECONFIG) that has or can pull the images
  --registry NAME   where the images are (default podkit)
  --tag TAG         their tag (default: the version of package.json)
  --only REGEX      only the cases whose name matches
  --list            name the cases
`;
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
  version: string;
};
const { values } = parseArgs({
  options: {
    registry: { type: 'string', default: 'podkit' },
    tag: { type: 'string', default: version },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

const { folder, remove } = copyManifests(values.registry, values.tag);
try {
  const all = [...suiteCases(folder, `${values.registry}/app:${values.tag}`), ...patternCases(folder)];
  const only = new RegExp(values.only);
  // The first and the last case of the suite set it up and take it down.
  const chosen = all.filter(({ name }) => only.test(name));
  if (values.list) console.log(chosen.map(({ name }) => name).join('\n'));
  else {
    const { gitVersion } = JSON.parse(await run('kubectl', ['get', '--raw', '/version'])) as { gitVersion: string };
    console.log(`Kubernetes ${gitVersion}, images ${values.registry}/*:${values.tag}`);
    process.exitCode = (await runCases(chosen)) === 0 ? 0 : 1;
  }
} finally {
  remove();
}
