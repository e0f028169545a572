import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { oneOf } from '../config/one-of.ts';

/** The settings of reading lines, which `logs` and `forward` share. */
export const tailSettings = {
  files: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: 'Paths of files or named pipes; `*`, `?` and `**` find several.',
  }),
  exclude: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: 'Globs of files to leave out. A glob with a slash is for the whole path, one without for the name.',
  }),
  stdin: Type.Boolean({ default: false, description: 'Whether lines are read from standard input.' }),
  from: oneOf(['beginning', 'end'], {
    default: 'beginning',
    description: 'Where reading begins in files that exist at the start.',
  }),
  pollInterval: yamlDuration({
    default: '250ms',
    description: 'Time between checks of a file; events of the file system shorten it.',
  }),
  rotateWait: yamlDuration({
    default: '5s',
    description: 'Time for which a renamed or removed file is still read.',
  }),
  maxLineBytes: Type.Integer({
    default: 65_536,
    minimum: 64,
    description: 'Longest line in bytes; the rest of a longer one is dropped.',
  }),
  cri: Type.Boolean({
    default: false,
    description:
      "Whether lines have a container runtime's format, `time stream tag text`. Parts of a record are joined, and the fields `kubernetes.…` name the Pod.",
  }),
  multiline: Type.Optional(
    strict(
      {
        start: Type.String({
          description: 'Regex of the first line of a record; other lines belong to the record before.',
        }),
        maxLines: Type.Integer({ default: 500, minimum: 2, description: 'Most lines of a record.' }),
        timeout: yamlDuration({
          default: '1s',
          description: 'Time after which a record is complete even if no other follows.',
        }),
      },
      { description: 'Records of several lines, such as stack traces.' },
    ),
  ),
};

const tailSchema = Type.Object(tailSettings);
export type TailConfig = Static<typeof tailSchema>;
