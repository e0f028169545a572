import type { LineOrigin } from '../../tail/open-file.ts';
import type { Fields, Format } from './fields.ts';

export type CsvOptions = {
  /** The columns to read. */
  names: readonly string[];
  delimiter: string;
  /** Names of the columns; undefined if the first line of each file has them. */
  columns?: readonly string[] | undefined;
  /** Length at which a record with an open quote is given up. */
  maxRecordLength: number;
};

type State = { slots: Int32Array | undefined; pending: string };

/** Lines of RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180): quoted fields may hold delimiters, quotes and line ends. */
export function csvFormat({ names, delimiter, columns, maxRecordLength }: CsvOptions): Format {
  const findSlots = (header: readonly string[]) => Int32Array.from(names, (name) => header.indexOf(name));
  const fixed = columns === undefined ? undefined : findSlots(columns);
  const states = new WeakMap<LineOrigin, State>();
  const findState = (origin: LineOrigin) => {
    const state = states.get(origin) ?? { slots: fixed, pending: '' };
    states.set(origin, state);
    return state;
  };
  const firstLine = (line: string, origin: LineOrigin) => {
    if (columns === undefined) findState(origin).slots = findSlots(splitCsv(line, delimiter) ?? []);
  };
  return {
    names,
    firstLine,
    read: (line, origin): Fields | undefined => {
      if (columns === undefined && origin.atStart) {
        firstLine(line, origin);
        return undefined;
      }
      const state = findState(origin);
      const record = state.pending === '' ? line : `${state.pending}\n${line}`;
      const cells = splitCsv(record, delimiter);
      state.pending = cells === undefined && record.length < maxRecordLength ? record : '';
      if (cells === undefined || state.slots === undefined || line === '') return undefined;
      const fields: (string | undefined)[] = [record];
      for (const slot of state.slots) fields.push(cells[slot]);
      return fields;
    },
  };
}

/** The cells of a record, or undefined while its last quote is open. */
export function splitCsv(record: string, delimiter: string): string[] | undefined {
  if (!record.includes('"')) return record.split(delimiter);
  const cells: string[] = [];
  let at = 0;
  while (at <= record.length) {
    if (record[at] === '"') {
      const close = closingQuote(record, at + 1);
      if (close === -1) return undefined;
      const next = record.indexOf(delimiter, close + 1);
      cells.push(
        record.slice(at + 1, close).replaceAll('""', '"') + record.slice(close + 1, next === -1 ? undefined : next),
      );
      at = next === -1 ? record.length + 1 : next + 1;
    } else {
      const next = record.indexOf(delimiter, at);
      cells.push(record.slice(at, next === -1 ? undefined : next));
      at = next === -1 ? record.length + 1 : next + 1;
    }
  }
  return cells;
}

function closingQuote(record: string, from: number): number {
  let at = record.indexOf('"', from);
  while (at !== -1 && record[at + 1] === '"') at = record.indexOf('"', at + 2);
  return at;
}
