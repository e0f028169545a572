import { openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { watchParent } from '../../src/process/parent.ts';

test.each([undefined, '', 'x', '1', '999', String(openSync(import.meta.filename, 'r'))])(
  'nothing is watched where PARENT_FD is %s: it names no pipe',
  (descriptor) => {
    let gone = false;
    watchParent({ PARENT_FD: descriptor }, () => {
      gone = true;
    });
    expect(gone).toBe(false);
  },
);
