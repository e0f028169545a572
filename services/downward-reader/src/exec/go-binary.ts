import { closeSync, openSync, readSync } from 'node:fs';

/** What Go's linker writes, with the symbols or without: https://pkg.go.dev/debug/buildinfo, https://pkg.go.dev/cmd/internal/buildid */
const goSections = new Set(['.go.buildinfo', '.note.go.buildid']);

/** A file with a longer list of sections or names is not read: no program of Go has one. */
const maxBytes = 64 * 1024;

/**
 * Whether a file is a Go program: an ELF whose list of sections has one of Go's. At most 128 KiB are read. Also
 * false if the file cannot be read or has no list of sections.
 *
 * Source: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.sheader.html
 */
export function isGoBinary(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    return sectionNames(file).some((name) => goSections.has(name));
  } catch {
    return false;
  } finally {
    closeSync(file);
  }
}

/** @throws {RangeError} if the file ends before the sections that its header names */
function sectionNames(file: number): string[] {
  const header = read(file, 0, 64);
  if (header.toString('latin1', 0, 4) !== '\x7fELF') return [];
  const wide = header[4] === 2;
  const { u16, u32, word } = readers(wide, header[5] === 1);
  const [tableAt, sizesAt] = wide ? [0x28, 0x3a] : [0x20, 0x2e];
  const size = u16(header, sizesAt);
  const count = u16(header, sizesAt + 2);
  const nameIndex = u16(header, sizesAt + 4);
  const table = read(file, word(header, tableAt), size * count);
  const [offsetAt, lengthAt] = wide ? [0x18, 0x20] : [0x10, 0x14];
  const names = read(file, word(table, nameIndex * size + offsetAt), word(table, nameIndex * size + lengthAt));
  return Array.from({ length: count }, (_, index) => {
    const start = u32(table, index * size);
    return names.toString('latin1', start, names.indexOf(0, start));
  });
}

function readers(wide: boolean, little: boolean) {
  const u16 = (from: Buffer, at: number) => (little ? from.readUInt16LE(at) : from.readUInt16BE(at));
  const u32 = (from: Buffer, at: number) => (little ? from.readUInt32LE(at) : from.readUInt32BE(at));
  const u64 = (from: Buffer, at: number) => Number(little ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at));
  return { u16, u32, word: wide ? u64 : u32 };
}

function read(file: number, position: number, length: number): Buffer {
  if (length > maxBytes) throw new RangeError(`${length} bytes are too many for a list of sections`);
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}
