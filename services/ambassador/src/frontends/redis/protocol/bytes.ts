/** The bytes of RESP that more than one file reads or writes. */
export const lineFeed = 10;
export const carriageReturn = 13;
export const minus = 45;
export const zero = 48;
export const nine = 57;

export const crlf = Buffer.from('\r\n');
