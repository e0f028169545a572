import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';

const strict = { additionalProperties: false };

/** A setting that takes one of a few words. */
export const oneOf = <const Words extends readonly string[]>(
  words: Words,
  options: { default?: Words[number]; description: string },
) => Type.Unsafe<Words[number]>(Type.String({ enum: [...words], ...options }));

/** How lines are found; shared by the sources that count them and those that send them on. */
export const tailSettings = {
  files: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: 'Paths of files or named pipes; `*`, `?` and `**` find several.',
  }),
  exclude: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: 'Globs of files that are left out, by their whole path, or by their name where there is no slash.',
  }),
  stdin: Type.Boolean({ default: false, description: 'Whether lines are read from standard input.' }),
  from: oneOf(['beginning', 'end'], {
    default: 'beginning',
    description: 'Where to begin in files that are there at the start.',
  }),
  pollInterval: yamlDuration({
    default: '250ms',
    description: 'Time between checks of a file; events of the file system shorten it.',
  }),
  rotateWait: yamlDuration({
    default: '5s',
    description: 'How long a file that was renamed or removed is still read.',
  }),
  maxLineBytes: Type.Integer({ default: 65_536, minimum: 64, description: 'Bytes of a line that are kept.' }),
  cri: Type.Boolean({
    default: false,
    description:
      "Whether lines are a container runtime's, `time stream tag text`; parts of a record are joined, and fields `kubernetes.…` name the Pod.",
  }),
  multiline: Type.Optional(
    Type.Object(
      {
        start: Type.String({
          description: "Regex that the first line of a record matches; lines that don't belong to the record before.",
        }),
        maxLines: Type.Integer({ default: 500, minimum: 2, description: 'Lines of a record.' }),
        timeout: yamlDuration({
          default: '1s',
          description: 'Time after which a record without a next one is complete.',
        }),
      },
      { ...strict, description: 'Records of several lines, such as stack traces.' },
    ),
  ),
};

const tailSchema = Type.Object(tailSettings);
export type TailConfig = Static<typeof tailSchema>;
