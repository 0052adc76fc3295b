/** Sums of decimal strings as the databases give them: exact, with at most eight places, and without trailing zeros. */
const places = 8;

export function sumOf(values: string[]): string {
  const total = values.reduce((sum, value) => sum + scaled(value), 0n);
  const digits = (total < 0n ? -total : total).toString().padStart(places + 1, '0');
  const text = `${total < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return text.replace(/\.?0+$/, '');
}

function scaled(value: string): bigint {
  const [whole = '0', fraction = ''] = value.split('.');
  return BigInt(whole + fraction.padEnd(places, '0').slice(0, places));
}
