const PARTS = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** Writes a decimal number without exponent and plus sign, with the same digits: `1.50e3` as `1500`, `.5` as `0.5`. */
export function toPlainDecimal(decimal: string): string {
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = PARTS.exec(decimal) ?? [];
  const digits = integer + fraction;
  const point = integer.length + Number(exponent);
  return (sign === '-' ? '-' : '') + withPoint(digits, point);
}

/** `digits` with a decimal point at the index `point`, which may be outside of the digits. */
function withPoint(digits: string, point: number): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
