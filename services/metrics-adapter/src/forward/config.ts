import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { oneOf, tailSettings } from '../tail/config.ts';

const strict = { additionalProperties: false };

/** A source whose lines are sent on, as it stands in the configuration. */
export const forwardSchema = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-zA-Z0-9_.-]+$',
      description: 'Name of the source in metrics, logs and records.',
    }),
    ...tailSettings,
    format: oneOf(['text', 'json', 'logfmt'], {
      default: 'text',
      description: 'What a line is: its text becomes `message`, or its own fields are kept.',
    }),
    fields: Type.Record(Type.String(), Type.String(), { default: {}, description: 'Fields that every record gets.' }),
    url: Type.Optional(
      Type.String({
        pattern: '^https?://',
        description: 'Where batches are sent to; without it records go to standard output.',
      }),
    ),
    headers: Type.Record(Type.String(), Type.String(), { default: {}, description: 'Headers of each request.' }),
    headerFiles: Type.Record(Type.String(), Type.String(), {
      default: {},
      description: 'Headers whose value stands in a file, such as `Authorization`; read for each request.',
    }),
    gzip: Type.Boolean({ default: true, description: 'Whether batches are compressed.' }),
    batchLines: Type.Integer({ default: 1000, minimum: 1, description: 'Records of a batch at most.' }),
    batchBytes: Type.Integer({
      default: 1_048_576,
      minimum: 1024,
      description: 'Bytes of a batch at most, but for its last record.',
    }),
    flushInterval: yamlDuration({ default: '1s', description: 'Time after which a batch is closed that is not full.' }),
    timeout: yamlDuration({ default: '10s', description: 'Time for a request.' }),
    retryMin: yamlDuration({
      default: '500ms',
      description: 'Pause after the first failure; it doubles with each further one.',
    }),
    retryMax: yamlDuration({ default: '30s', description: 'Longest pause.' }),
    directory: Type.Optional(
      Type.String({
        description: 'Where unsent batches, and the positions in the files, outlive a restart; needed with `url`.',
      }),
    ),
    maxBufferBytes: Type.Integer({
      default: 134_217_728,
      minimum: 1024,
      description: 'Bytes of unsent batches; beyond it the oldest are dropped, and counted.',
    }),
  },
  strict,
);

export type ForwardConfig = Static<typeof forwardSchema>;
