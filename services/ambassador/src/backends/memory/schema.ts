import { type Static, type TObject, Type } from 'typebox';
import { sizeText } from '../../schema/quantities.ts';

export const memoryProperties = {
  driver: Type.Literal('memory'),
  maxBytes: sizeText({
    default: '64Mi',
    description: 'Memory budget; beyond it the least recently used entries are evicted.',
  }),
};

export type MemorySpec = Static<TObject<typeof memoryProperties>>;
