/** A value in a template; undefined is Go's nil. */
export type TemplateValue = undefined | string | number | boolean | Date | readonly TemplateValue[];

/** As Go's templates print it: `[a b]` for a list, `<no value>` for nil. */
export function print(value: TemplateValue): string {
  if (value === undefined) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(print).join(' ')}]`;
  return value instanceof Date ? value.toISOString() : String(value);
}

/** A value as a text. Of a parameter, which is a list, it is the first value. */
export function valueText(value: TemplateValue): string {
  if (Array.isArray(value)) return valueText(value[0]);
  return value === undefined ? '' : print(value);
}

/** A value as a number: milliseconds of a time, and 0 if it isn't a number, as in Sprig. */
export function valueNumber(value: TemplateValue): number {
  if (value instanceof Date) return value.getTime();
  const number = Number(valueText(value));
  return Number.isFinite(number) ? number : 0;
}

/** A value as a number of repetitions. It is bounded, since it may come from the query of a probe. */
export function valueCount(value: TemplateValue): number {
  return Math.min(Math.max(0, Math.trunc(valueNumber(value))), 65_536);
}

export function valueList(value: TemplateValue): readonly TemplateValue[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}

/** Whether a value is empty for Sprig's `default` and Go's `if`. */
export function isEmpty(value: TemplateValue): boolean {
  return Array.isArray(value)
    ? value.length === 0
    : value === undefined || value === '' || value === 0 || value === false;
}
