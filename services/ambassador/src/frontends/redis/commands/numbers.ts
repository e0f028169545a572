import { parseInteger64 } from '../../../store/integer.ts';
import { errorReplies } from './errors.ts';
import { CommandError } from './reply.ts';

/** A signed 64-bit number as Redis reads one. */
export function readInteger64(text: string, message: string = errorReplies.notInteger): bigint {
  const value = parseInteger64(text);
  if (value === undefined) throw new CommandError(message);
  return value;
}

/** The same as a number, for counts and times. */
export function readInteger(text: string, message: string = errorReplies.notInteger): number {
  return Number(readInteger64(text, message));
}

const decimals = 17;
const unit = 10n ** BigInt(decimals);

/**
 * A float as INCRBYFLOAT takes it, in units of 10^-17, the precision that Redis keeps. Redis adds long doubles with a 64-bit
 * mantissa, which JavaScript does not have, so sums are calculated with integers here.
 */
export function readDecimal(text: string): bigint {
  // Redis has the same limit. It also limits the work.
  const short = text.length < 5 * 1024 ? text : '';
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d{1,3}))?$/i.exec(short) ?? [];
  if (sign === undefined || whole + fraction === '') throw new CommandError(errorReplies.notFloat);
  const shift = Number(exponent) - fraction.length + decimals;
  const digits = BigInt(whole + fraction);
  const value = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return sign === '-' ? -value : value;
}

/** The number as Redis prints it: no exponent, no trailing zeros. */
export function formatDecimal(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const whole = `${value < 0n ? '-' : ''}${digits.slice(0, -decimals)}`;
  return value % unit === 0n ? whole : `${whole}.${digits.slice(-decimals).replace(/0+$/, '')}`;
}
