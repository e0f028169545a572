/** Shown where a value is not known. */
export const none = '–';

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** A number with about three significant digits: `1,234`, `56.7`, `0.012`. */
export function number(value) {
  if (!isNumber(value)) return none;
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return Math.round(value).toLocaleString('en');
  if (size >= 10) return value.toFixed(1);
  return size >= 1 || size === 0 ? trimmed(value.toFixed(2)) : String(Number(value.toPrecision(2)));
}

const trimmed = (text) => text.replace(/\.?0+$/, '');

/** Bytes in powers of 1024: `256 MiB`. */
export function bytes(value) {
  if (!isNumber(value)) return none;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.abs(value) || 1) / 10)));
  const scaled = value / 1024 ** power;
  return `${scaled >= 100 || power === 0 ? Math.round(scaled) : trimmed(scaled.toFixed(1))} ${units[power]}`;
}

/** Milliseconds as a duration with one unit, or two: `0.4 ms`, `12 ms`, `3.2 s`, `4 min`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms) {
  if (!isNumber(ms)) return none;
  if (ms < 1000) return `${ms >= 10 ? Math.round(ms) : number(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds < 10 ? trimmed(seconds.toFixed(1)) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return twoUnits(hours, 'h', minutes % 60, 'min');
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

const twoUnits = (big, bigUnit, small, smallUnit) =>
  small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;

/** The time since a moment, in whole units, so that it does not flicker: `1 s`, `3 min`. */
export const age = (since, now) => duration(Math.max(1, Math.floor((now - since) / 1000)) * 1000);

/** The time since a moment in words: `now`, `12 s ago`, `3 min ago`. */
export const ago = (at, now) => (now - at < 1000 ? 'now' : `${age(at, now)} ago`);

/** Something per second: `12/s`, `0.4/s`. */
export const perSecond = (value) => (isNumber(value) ? `${number(value)}/s` : none);

/** A share of 1 in per cent. */
export const percent = (share) =>
  isNumber(share) ? `${share < 0.1 ? number(share * 100) : Math.round(share * 100)} %` : none;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** The local time of day of milliseconds since the epoch: `17:20:31`. */
export const time = (at) => clock.format(at);

/** The same without seconds. */
export const shortTime = (at) => minutes.format(at);

/** Date and time in UTC, for tooltips. */
export const exactTime = (at) => new Date(at).toISOString();

/** The first 8 digits of a commit. */
export const shortCommit = (commit) => (commit ?? '').slice(0, 8);
