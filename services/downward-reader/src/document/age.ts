import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Field } from '../resources/field.ts';

/** A field with the time for which its value has been known. */
export type AgedField = Field & { age: number | undefined };

/** A clock that never goes back: it stands still until the system's clock has caught up. */
export function monotone(now: () => number): () => number {
  let latest = Number.NEGATIVE_INFINITY;
  return () => {
    latest = Math.max(latest, now());
    return latest;
  };
}

export type DateOptions = {
  previous: readonly Field[] | undefined;
  /** The folder that the volume's files were read from. */
  root: string;
  /** When this process started. The age of the environment and of the cgroup counts from it. */
  started: number;
  now: number;
};

/**
 * Set when each field got its value, in milliseconds since the epoch: when the change was seen; for what was there at the
 * start, when its file was written or this process started.
 */
export function dateFields(fields: readonly Field[], options: DateOptions): Field[] {
  const known = new Map(options.previous?.map((field) => [field.name, field]));
  return fields.map((field) => ({ ...field, since: findSince(field, known.get(field.name), options) }));
}

function findSince(field: Field, before: Field | undefined, { root, started, now }: DateOptions): number | undefined {
  if (field.source === 'none') return undefined;
  if (before !== undefined) {
    const same = before.source === field.source && before.raw === field.raw;
    return same ? before.since : now;
  }
  if (field.volume === undefined) return Math.min(started, now);
  // A file from the future was written before the clock was put right.
  return Math.min(writtenAt(join(root, field.volume.name)) ?? now, now);
}

/** Undefined where the file has gone or may not be read any more. */
function writtenAt(path: string): number | undefined {
  try {
    return Math.trunc(statSync(path).mtimeMs);
  } catch {
    return undefined;
  }
}

/** The fields with their age in seconds, which is never negative. */
export function agedFields(fields: readonly Field[], now: number): AgedField[] {
  return fields.map((field) => ({ ...field, age: computeAge(field, now) }));
}

const computeAge = ({ since }: Field, now: number): number | undefined =>
  since === undefined ? undefined : Math.max(0, Math.round(now - since)) / 1000;
