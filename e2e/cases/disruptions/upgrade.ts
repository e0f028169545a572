import { namespace, rolledOut } from '../../app-client.ts';
import { kubectl } from '../../run.ts';

export type Images = {
  registry: string;
  tag: string;
  /** The tag of the previous release, empty if its images are missing. */
  previous: string;
};

/** The containers of the Pod, and the image of each. */
const containers = {
  clone: 'git-sync',
  'git-sync': 'git-sync',
  ambassador: 'ambassador',
  'metrics-adapter': 'metrics-adapter',
  'downward-reader': 'downward-reader',
  app: 'app',
};

/** Roll the Pods back to the images of the previous release, then forward to those under test. */
export async function rollBackAndUpgrade({ registry, tag, previous }: Images): Promise<string> {
  for (const version of [previous, tag]) {
    const words = Object.entries(containers).map(([name, image]) => `${name}=${registry}/${image}:${version}`);
    await kubectl('-n', namespace, 'set', 'image', 'statefulset/podkit', ...words);
    await rolledOut();
  }
  return `every Pod from ${tag} to ${previous} and back`;
}
