import type { Check } from './check.ts';
import { lifecycle } from './lifecycle.ts';
import { networking } from './networking.ts';
import { probes } from './probes.ts';
import { wiring } from './wiring.ts';

/** All checks, by subject. They check only what other linters cannot know. */
export const subjects: Record<string, Check[]> = { wiring, lifecycle, probes, networking };

export const checks: Check[] = Object.values(subjects).flat();
