import { availability } from './availability.ts';
import type { Check } from './check.ts';
import { images } from './images.ts';
import { labels } from './labels.ts';
import { lifecycle } from './lifecycle.ts';
import { networking } from './networking.ts';
import { probes } from './probes.ts';
import { resources } from './resources.ts';
import { schema } from './schema.ts';
import { security } from './security.ts';
import { storage } from './storage.ts';
import { wiring } from './wiring.ts';

/** Every rule, by subject. */
export const subjects: Record<string, Check[]> = {
  schema,
  security,
  resources,
  images,
  probes,
  lifecycle,
  availability,
  networking,
  wiring,
  storage,
  labels,
};

export const checks: Check[] = Object.values(subjects).flat();
