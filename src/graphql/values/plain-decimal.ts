const PARTS = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** A decimal number written out, without an exponent, a plus or a bare point, digit for digit: `1.50e3` is `1500`, `.5` is `0.5`. */
export function toPlainDecimal(decimal: string): string {
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = PARTS.exec(decimal) ?? [];
  const digits = integer + fraction;
  const point = integer.length + Number(exponent);
  return (sign === '-' ? '-' : '') + withPoint(digits, point);
}

/** `digits` with a decimal point before the one at `point`, which may be outside of them. */
function withPoint(digits: string, point: number): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
