import { PodkitError } from '@podkit/chassis/errors';
import { DateTime, IANAZone, type Zone } from 'luxon';
import { isTimestamp } from './gate.ts';

/** Reads a text as milliseconds since the epoch; undefined if it isn't a time. */
export type TimeReader = (text: string) => number | undefined;

/**
 * Times that `Date.parse` reads correctly, fifty times as fast as luxon. It reads 31 February as 3 March, so luxon reads
 * the days after the 28th.
 */
const completeIso = /^\d{4}-\d\d-(?:[01]\d|2[0-8])[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * Reads times. Without a format they are ISO 8601, SQL's `2026-11-29 00:07:35`, RFC 2822 or HTTP dates; a format is one
 * of https://moment.github.io/luxon/#/parsing, in English. `zone` is for texts without a time zone.
 *
 * @throws {PodkitError} ERR_TIME for a wrong zone or format
 */
export function compileTime({ format, zone }: { format?: string | undefined; zone: string }): TimeReader {
  if (zone !== 'UTC' && !IANAZone.isValidZone(zone))
    throw new PodkitError('ERR_TIME', `"${zone}" is not a time zone such as UTC or Europe/Berlin`);
  const options = { zone: IANAZone.create(zone), locale: 'en-US' };
  const read = format === undefined ? standardReader(options) : formatReader(format, options);
  return (text) => {
    const milliseconds = read(text);
    return isTimestamp(milliseconds) ? milliseconds : undefined;
  };
}

type ZoneAndLocale = { zone: Zone; locale: string };

function standardReader(options: ZoneAndLocale): (text: string) => number {
  const forms = ['fromISO', 'fromSQL', 'fromRFC2822', 'fromHTTP'] as const;
  return (text) => {
    if (completeIso.test(text)) return Date.parse(text);
    // luxon reads a time of day as a time of today, but the text has no date.
    if (text.length > 64 || !/\d{4}/.test(text)) return Number.NaN;
    for (const form of forms) {
      const time = DateTime[form](text, options);
      if (time.isValid) return time.toMillis();
    }
    return Number.NaN;
  };
}

function formatReader(format: string, options: ZoneAndLocale): (text: string) => number {
  const parser = DateTime.buildFormatParser(format, options);
  // luxon takes unknown letters literally. So check that the format can read what it writes.
  const sample = DateTime.fromMillis(951_782_400_000, options);
  if (!DateTime.fromFormatParser(sample.toFormat(format, options), parser, options).isValid)
    throw new PodkitError('ERR_TIME', `"${format}" is not a time format such as yyyy-MM-dd HH:mm:ss`);
  return (text) => (text.length > 256 ? Number.NaN : DateTime.fromFormatParser(text, parser, options).toMillis());
}
