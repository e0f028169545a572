import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { oneOf } from '../config/one-of.ts';
import { tailSettings } from '../tail/config.ts';

/** A source that forwards lines. */
export const forwardSchema = strict({
  name: Type.String({
    pattern: '^[a-zA-Z0-9_.-]+$',
    description: 'Name of the source in metrics, logs and records.',
  }),
  ...tailSettings,
  format: oneOf(['text', 'json', 'logfmt'], {
    default: 'text',
    description: 'Format of a line. A line of `text` becomes the field `message`; other lines keep their own fields.',
  }),
  fields: Type.Record(Type.String(), Type.String(), { default: {}, description: 'Fields that every record gets.' }),
  url: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'URL to which batches are sent; without it records go to standard output.',
    }),
  ),
  headers: Type.Record(Type.String(), Type.String(), { default: {}, description: 'Headers of each request.' }),
  headerFiles: Type.Record(Type.String(), Type.String(), {
    default: {},
    description: 'Headers whose value is in a file, such as `Authorization`; read for each request.',
  }),
  gzip: Type.Boolean({ default: true, description: 'Whether batches are compressed.' }),
  batchLines: Type.Integer({ default: 1000, minimum: 1, description: 'Maximum number of records in a batch.' }),
  batchBytes: Type.Integer({
    default: 1_048_576,
    minimum: 1024,
    description: 'Bytes at which a batch is full; its last record may exceed them.',
  }),
  flushInterval: yamlDuration({
    default: '1s',
    description: 'Time after which a batch is closed even if it is not full.',
  }),
  timeout: yamlDuration({ default: '10s', description: 'Timeout of a request.' }),
  retryMin: yamlDuration({
    default: '500ms',
    description: 'Delay after the first failure; it doubles with each further failure.',
  }),
  retryMax: yamlDuration({ default: '30s', description: 'Maximum delay between two attempts.' }),
  directory: Type.Optional(
    Type.String({
      description: 'Directory that keeps unsent batches and file positions across a restart; needed with `url`.',
    }),
  ),
  maxBufferBytes: Type.Integer({
    default: 134_217_728,
    minimum: 1024,
    description: 'Maximum size of all unsent batches, in bytes; beyond it the oldest are dropped and counted.',
  }),
});

export type ForwardConfig = Static<typeof forwardSchema>;
