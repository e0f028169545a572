import type { LineOrigin } from '../../tail/open-file.ts';
import type { LineFormat } from './fields.ts';

export type CsvOptions = {
  /** The columns to read. */
  names: readonly string[];
  delimiter: string;
  /** Names of the columns; undefined if the first line of each file has them. */
  columns?: readonly string[] | undefined;
  /** Length at which a record with an open quote is given up. */
  maxRecordLength: number;
};

/** A record that continues in the next line: its complete cells, and the text of the cell whose quote is open. */
type OpenRecord = { cells: string[]; text: string };

/** `record` is the text of the open record. */
type State = { slots: Int32Array | undefined; open: OpenRecord | undefined; record: string };

/** Lines of RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180): quoted fields may hold delimiters, quotes and line ends. */
export function csvFormat({ names, delimiter, columns, maxRecordLength }: CsvOptions): LineFormat {
  const findSlots = (header: readonly string[]) => Int32Array.from(names, (name) => header.indexOf(name));
  const fixed = columns === undefined ? undefined : findSlots(columns);
  const states = new WeakMap<LineOrigin, State>();
  const findState = (origin: LineOrigin) => {
    const state = states.get(origin) ?? { slots: fixed, open: undefined, record: '' };
    states.set(origin, state);
    return state;
  };
  const firstLine = (line: string, origin: LineOrigin) => {
    const header = splitCsv(line, delimiter);
    if (columns === undefined) findState(origin).slots = findSlots(Array.isArray(header) ? header : []);
  };
  return {
    names,
    firstLine,
    read: (line, origin) => {
      if (columns === undefined && origin.atStart) {
        firstLine(line, origin);
        return undefined;
      }
      const state = findState(origin);
      const record = state.open === undefined ? line : `${state.record}\n${line}`;
      const cells = splitCsv(line, delimiter, state.open);
      const isWhole = Array.isArray(cells);
      state.open = isWhole || record.length >= maxRecordLength ? undefined : cells;
      state.record = state.open === undefined ? '' : record;
      if (!isWhole || state.slots === undefined || line === '') return undefined;
      return [record, ...Array.from(state.slots, (slot) => cells[slot])];
    },
  };
}

/**
 * The cells of a record, or the record while its last quote is open: then pass it with the next line. Each line is read
 * once, so a record of many lines takes linear time.
 */
export function splitCsv(line: string, delimiter: string, open?: OpenRecord): string[] | OpenRecord {
  if (open === undefined && !line.includes('"')) return line.split(delimiter);
  const cells = open?.cells ?? [];
  let text = open && `${open.text}\n`;
  for (let at = 0; at <= line.length; ) {
    let rest = '';
    if (text === undefined && line[at] === '"') {
      text = '';
      at += 1;
    }
    if (text !== undefined) {
      const close = findQuoteEnd(line, at);
      text += line.slice(at, close === -1 ? undefined : close).replaceAll('""', '"');
      if (close === -1) return { cells, text };
      rest = text;
      at = close + 1;
      text = undefined;
    }
    const next = line.indexOf(delimiter, at);
    cells.push(rest + line.slice(at, next === -1 ? undefined : next));
    at = next === -1 ? line.length + 1 : next + 1;
  }
  return cells;
}

function findQuoteEnd(line: string, from: number): number {
  let at = line.indexOf('"', from);
  while (at !== -1 && line[at + 1] === '"') at = line.indexOf('"', at + 2);
  return at;
}
