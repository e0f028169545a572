import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGoBinary } from '../src/exec/go-binary.ts';
import { main } from './support/reader-process.ts';

type Form = { bits: 32 | 64; little: boolean };
const forms: Form[] = [64, 32].flatMap((bits) => [true, false].map((little) => ({ bits, little }) as Form));

/** A tiny ELF of no code, a stand-in for what a linker makes: its header, its names, and a table with a section of each name. */
function tinyElf(sections: readonly string[], { bits, little }: Form): Buffer {
  const wide = bits === 64;
  const names = Buffer.from(`\0${[...sections, '.shstrtab'].join('\0')}\0`, 'latin1');
  const [headSize, entrySize] = wide ? [64, 64] : [52, 40];
  const elf = Buffer.alloc(headSize + names.length + entrySize * (sections.length + 2));
  const u16 = (value: number, at: number) => (little ? elf.writeUInt16LE(value, at) : elf.writeUInt16BE(value, at));
  const u32 = (value: number, at: number) => (little ? elf.writeUInt32LE(value, at) : elf.writeUInt32BE(value, at));
  const word = (value: number, at: number) => u32(value, wide && !little ? at + 4 : at);
  const table = headSize + names.length;
  elf.write('\x7fELF', 'latin1');
  elf.set([wide ? 2 : 1, little ? 1 : 2, 1], 4);
  word(table, wide ? 0x28 : 0x20);
  for (const [index, value] of [entrySize, sections.length + 2, sections.length + 1].entries())
    u16(value, (wide ? 0x3a : 0x2e) + index * 2);
  names.copy(elf, headSize);
  for (const [index, name] of ['', ...sections, '.shstrtab'].entries())
    u32(name === '' ? 0 : names.indexOf(`\0${name}\0`) + 1, table + index * entrySize);
  const last = table + (sections.length + 1) * entrySize;
  word(headSize, last + (wide ? 0x18 : 0x10));
  word(names.length, last + (wide ? 0x20 : 0x14));
  return elf;
}

function written(content: Buffer | Uint8Array): string {
  const path = join(tempDir(), 'program');
  writeFileSync(path, content, { mode: 0o755 });
  return path;
}

describe('isGoBinary', () => {
  test.each(forms)('knows a tiny ELF of $bits bits, little-endian $little, by either section of Go', (form) => {
    expect(isGoBinary(written(tinyElf(['.text', '.go.buildinfo'], form)))).toBe(true);
    expect(isGoBinary(written(tinyElf(['.note.go.buildid', '.text'], form)))).toBe(true);
    expect(isGoBinary(written(tinyElf(['.text', '.go', '.note.gnu.build-id'], form)))).toBe(false);
  });

  test('is false for programs that are not of Go, for scripts, and for files that cannot be read', () => {
    expect(isGoBinary(process.execPath)).toBe(false);
    expect(isGoBinary(written(Buffer.from('#!/bin/sh\n.go.buildinfo')))).toBe(false);
    expect(isGoBinary('/nowhere')).toBe(false);
    expect(isGoBinary(tempDir())).toBe(false);
  });

  test('is false for any file that is cut off or has bytes changed at random', () => {
    const whole = tinyElf(['.text', '.data'], { bits: 64, little: true });
    const path = written(whole);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.nat(whole.length), fc.array(change, { maxLength: 4 }), (end, changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        writeFileSync(path, bytes.subarray(0, end));
        expect(isGoBinary(path)).toBe(false);
      }),
    );
  });
});

test('exec gives a Go program of any name what Go reads, and nothing of other runtimes', () => {
  const env = { PATH: process.env.PATH ?? '', DOWNWARD_DIR: '/nowhere', MEMORY_LIMIT_MI: '256', CPU_LIMIT_M: '1500' };
  const path = written(tinyElf(['.go.buildinfo'], { bits: 64, little: true }));
  const args = [main, 'exec', '--cgroup=none', '--print', '--', path];
  const lines = String(spawnSync(process.execPath, args, { env }).stdout).split('\n');
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
    "GOMAXPROCS='2'",
    "GOMEMLIMIT='230MiB'",
  ]);
});
