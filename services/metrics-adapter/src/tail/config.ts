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
    description:
      'Globs of files to leave out. A glob with a slash must match the whole path; one without a slash, the name.',
  }),
  stdin: Type.Boolean({ default: false, description: 'Whether lines are read from standard input.' }),
  from: oneOf(['beginning', 'end'], {
    default: 'beginning',
    description: 'Where reading begins in files that exist at the start.',
  }),
  pollInterval: yamlDuration({
    default: '250ms',
    description: 'Interval between checks of a file; an event of the file system starts a check sooner.',
  }),
  rotateWait: yamlDuration({
    default: '5s',
    description: 'Time for which a renamed or removed file is still read.',
  }),
  maxLineBytes: Type.Integer({
    default: 65_536,
    minimum: 64,
    description: 'Maximum length of a line, in bytes; the rest of a longer line is dropped.',
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
        maxLines: Type.Integer({ default: 500, minimum: 2, description: 'Maximum number of lines of a record.' }),
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
