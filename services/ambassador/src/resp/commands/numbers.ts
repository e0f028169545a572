import { CommandError } from './answer.ts';
import { replies } from './errors.ts';

const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];

/** A signed 64-bit number exactly as Redis reads one: no sign `+`, no leading zeros, no blanks. */
export function integer64(text: string, message: string = replies.notInteger): bigint {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) throw new CommandError(message);
  const value = BigInt(text);
  if (value < least || value > most) throw new CommandError(message);
  return value;
}

/** The same where the value is then used as a count or a time. */
export function integer(text: string, message: string = replies.notInteger): number {
  return Number(integer64(text, message));
}

/** A float as INCRBYFLOAT takes it. */
export function float(text: string): number {
  if (!/^[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|inf(?:inity)?)$/i.test(text))
    throw new CommandError(replies.notFloat);
  if (/inf/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

/** A float as Redis prints it: 17 digits at most, no exponent, no trailing zeros. */
export function floatText(value: number): string {
  const text = value.toPrecision(17);
  const plain = text.includes('e') ? BigInt(Math.round(value)).toString() : text;
  const shortest = String(value);
  if (!shortest.includes('e')) return shortest;
  return plain.includes('.') ? plain.replace(/\.?0+$/, '') : plain;
}
