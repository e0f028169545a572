import * as Type from 'typebox';
import type { Life } from './lives.ts';

/** What a Pod tells the others about itself. Times are milliseconds since the epoch. */
export const podFactsSchema = Type.Object({
  ordinal: Type.Integer(),
  name: Type.String({ maxLength: 300 }),
  ready: Type.Boolean(),
  state: Type.String({ maxLength: 40 }),
  startedAt: Type.Number(),
  adminPort: Type.Optional(Type.Integer()),
  claim: Type.Optional(Type.String({ maxLength: 300 })),
  /** Left out if the Pod has no volume. */
  starts: Type.Optional(Type.Integer()),
  firstStartAt: Type.Optional(Type.Number()),
  keys: Type.Optional(Type.Integer()),
});

export type PodFacts = Type.Static<typeof podFactsSchema>;

/** The answer of `GET /api/pods/{ordinal}`: the facts and the lives. */
export type PodDetails = PodFacts & { lives?: Omit<Life, 'node'>[] };

/** One entry of `GET /api/pods`; `detail` says why a Pod does not answer. */
export type Member = Partial<PodFacts> & {
  ordinal: number;
  name: string;
  address?: string;
  self: boolean;
  ready: boolean;
  detail?: string;
};
