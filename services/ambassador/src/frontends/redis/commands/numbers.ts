import { parseInteger64 } from '../../../store/integer.ts';
import { errorReplies } from './errors.ts';
import { CommandError } from './reply.ts';

/** A signed 64-bit number as Redis reads one. */
export function readInteger64(text: string, message: string = errorReplies.notInteger): bigint {
  const value = parseInteger64(text);
  if (value === undefined) throw new CommandError(message);
  return value;
}

/** The same where the value is then used as a count or a time. */
export function readInteger(text: string, message: string = errorReplies.notInteger): number {
  return Number(readInteger64(text, message));
}

const decimals = 17;
const unit = 10n ** BigInt(decimals);

/**
 * A float as INCRBYFLOAT takes it, in units of 10^-17: what Redis keeps of one. Redis adds with the 64-bit mantissa of
 * a long double, which no JavaScript number has, so that sums are made of whole numbers here.
 */
export function readDecimal(text: string): bigint {
  // As in Redis, and no work without bound.
  const short = text.length < 5 * 1024 ? text : '';
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d{1,3}))?$/i.exec(short) ?? [];
  if (sign === undefined || whole + fraction === '') throw new CommandError(errorReplies.notFloat);
  const shift = Number(exponent) - fraction.length + decimals;
  const digits = BigInt(whole + fraction);
  const value = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return sign === '-' ? -value : value;
}

/** Such a number as Redis prints it: no exponent, no trailing zeros. */
export function formatDecimal(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const whole = `${value < 0n ? '-' : ''}${digits.slice(0, -decimals)}`;
  return value % unit === 0n ? whole : `${whole}.${digits.slice(-decimals).replace(/0+$/, '')}`;
}
