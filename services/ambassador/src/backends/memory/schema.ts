import { type Static, type TObject, Type } from 'typebox';
import { size } from '../../schema/quantities.ts';

export const memoryProperties = {
  driver: Type.Literal('memory'),
  maxBytes: size({
    default: '64Mi',
    description: 'Memory budget; beyond it the least recently used entries are evicted.',
  }),
};

export type MemorySpec = Static<TObject<typeof memoryProperties>>;
