import { PodkitError } from '@podkit/chassis/errors';
import type { Context } from '@podkit/chassis/process/service';
import { Chaos } from './chaos/chaos.ts';
import type { Config } from './config.ts';
import { Availability } from './health/availability.ts';
import { Overload } from './health/overload.ts';
import { ProbeHistory } from './health/probe-history.ts';
import type { Identity } from './identity.ts';
import { Hooks } from './lifecycle/hooks.ts';
import { Timeline } from './lifecycle/timeline.ts';
import { LiveSettings } from './settings/live-settings.ts';

/** The state of this process; both ports show it. */
export type ProcessState = {
  identity: Identity;
  timeline: Timeline;
  history: ProbeHistory;
  chaos: Chaos;
  overload: Overload;
  hooks: Hooks;
  settings: LiveSettings;
  availability: Availability;
};

export function createProcessState(context: Context<Config>, identity: Identity): ProcessState {
  const { config, log, lifecycle, health } = context;
  const timeline = new Timeline(lifecycle);
  const chaos = new Chaos((text, control) => {
    log.warn({ control: text }, 'chaos');
    timeline.record('chaos', text, control);
  });
  const overload = new Overload(config);
  const availability = new Availability(health, lifecycle);
  lifecycle.atClose('availability', () => availability.stop());
  for (const probe of ['livez', 'readyz', 'startupz'] as const) {
    health.add(probe, 'chaos', () => {
      if (chaos.isFailing(probe)) throw new PodkitError('ERR_CHAOS', 'failed by a chaos control');
    });
  }
  const settings = createSettings(context, timeline);
  const hooks = new Hooks({ lifecycle, timeline, stop: (reason) => context.stop(reason) });
  return { identity, timeline, history: new ProbeHistory(), chaos, overload, hooks, settings, availability };
}

function createSettings({ config, log, lifecycle }: Context<Config>, timeline: Timeline): LiveSettings {
  const { logLevel, banner, chaosToken, ambassadorToken } = config;
  const settings: LiveSettings = new LiveSettings({
    folders: config.settingsDir,
    defaults: {
      logLevel,
      banner,
      ...(chaosToken === undefined ? {} : { chaosToken }),
      ...(ambassadorToken === undefined ? {} : { ambassadorToken }),
    },
    onChange: (name) => {
      if (name === 'logLevel') log.level = settings.get('logLevel') ?? logLevel;
      log.info({ setting: name }, 'setting reloaded');
      timeline.record('settings', `${name} reloaded`);
    },
    onError: (name, why) => log.warn({ setting: name, why }, 'invalid setting; keeping the previous value'),
  });
  lifecycle.atClose('settings', () => settings.stop());
  return settings;
}
