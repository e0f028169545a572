import { flag, optional, port, settings, sharedSettings, text } from '@podkit/chassis/config/settings';
import type { Static } from 'typebox';

/** The settings of the process. Its sources are in the file that ADAPTER_CONFIG names. */
export const settingsSchema = settings({
  ...sharedSettings,
  port: port({ env: 'PORT', default: 9464, description: 'Port of `/metrics`, `/probe` and the probes.' }),
  config: text({ description: 'Path of the YAML file with the sources.' }),
  enableLifecycle: flag({ default: false, description: 'Whether `POST /-/reload` and `POST /-/clear` are served.' }),
  webConfigFile: optional(
    text({
      description: "Path of Prometheus' web configuration file: TLS, basic authentication and headers of the port.",
    }),
  ),
  checkConfig: flag({ default: false, description: 'Check the file and exit: 0 if it is valid, 2 if not.' }),
});

export type Settings = Static<typeof settingsSchema>;
