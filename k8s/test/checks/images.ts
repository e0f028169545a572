import { imageNames, registry } from '../../../tools/image-set.ts';
import { type Check, everyContainer } from './check.ts';

/** Name, tag and digest of an image reference, with an optional registry before the name. */
export function partsOf(image = ''): { name: string; tag: string | undefined; digest: string | undefined } {
  const [, name = '', tag, digest] = /^([^@]+?)(?::([\w.-]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  return { name, tag, digest };
}

const isOurs = (name: string) => imageNames.some((image) => name === `${registry}/${image}`);
const official = new Set(['redis', 'postgres']);

/** Where programs come from. */
export const images: Check[] = [
  everyContainer(
    'fixed-tag',
    'Every image has a tag, and it is not `latest`.',
    ({ container }) => !['latest', undefined].includes(partsOf(container.image).tag),
  ),
  everyContainer(
    'digest',
    'Every image is named by its digest.',
    ({ container }) => partsOf(container.image).digest !== undefined,
  ),
  everyContainer(
    'pull-always',
    'The registry is asked at every start, so rights to an image are checked.',
    ({ container }) => container.imagePullPolicy === 'Always',
  ),
  everyContainer(
    'pull-policy-stated',
    'The pull policy is written down and not left to the tag.',
    ({ container }) => container.imagePullPolicy !== undefined,
  ),
  everyContainer('known-image', 'Images are those of this repository, or official ones of Docker.', ({ container }) => {
    const { name } = partsOf(container.image);
    return isOurs(name) || official.has(name);
  }),
];
