import type { Case } from '../case.ts';
export function suiteCases(_folder: string): Case[] {
  return [];
}
