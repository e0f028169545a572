import { strict } from '@podkit/chassis/config/strict';
import { type Static, Type } from 'typebox';
import { fetchSettings } from '../fetch/config.ts';
import { jsonMetric } from './metric-config.ts';

/** A source that fetches JSON. */
export const jsonSchema = strict({
  ...fetchSettings,
  body: Type.Optional(Type.String({ description: 'Sent with POST; without it the request is a GET.' })),
  module: Type.Optional(
    Type.String({ description: "A module of `modules` that reads the response, as json_exporter's." }),
  ),
  metrics: Type.Array(jsonMetric, { default: [], description: 'Metrics to read from the response.' }),
});

export type JsonConfig = Static<typeof jsonSchema>;
