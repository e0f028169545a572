import { type Static, type TObject, Type } from 'typebox';
import { sizeText } from '../../schema/quantities.ts';

export const memoryProperties = {
  driver: Type.Literal('memory'),
  maxBytes: sizeText({ default: '64Mi', description: 'Budget; beyond it what was not used lately is evicted.' }),
};

export type MemorySpec = Static<TObject<typeof memoryProperties>>;
