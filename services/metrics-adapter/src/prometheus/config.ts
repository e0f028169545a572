import { strict } from '@podkit/chassis/config/strict';
import { type Static, Type } from 'typebox';
import { fetchSettings } from '../fetch/config.ts';
import { relabelSchema } from './relabel.ts';

/** A source in one of Prometheus' formats. */
export const prometheusSchema = strict({
  ...fetchSettings,
  honorTimestamps: Type.Boolean({ default: true, description: 'Whether timestamps of the response are kept.' }),
  relabel: Type.Array(relabelSchema, { default: [], description: "Rules as in Prometheus' metric_relabel_configs." }),
});

export type PrometheusConfig = Static<typeof prometheusSchema>;
