import { constants } from 'node:os';

/** Parse `SIGHUP`, `HUP`, `hup` or `1`; undefined when this system has no such signal. */
export function parseSignal(text: string): NodeJS.Signals | undefined {
  const upper = text.toUpperCase();
  const wanted = /^\d+$/.test(text) ? Number(text) : undefined;
  const names = Object.keys(constants.signals) as NodeJS.Signals[];
  return names.find((name) => name === upper || name === `SIG${upper}` || constants.signals[name] === wanted);
}
