/** A rate of a scheme file as the decimal a person wrote, exactly: 1.25 is 125/100. Throws a RangeError for a rate no such file can hold. */
export function exactRate(rate: number): { readonly numerator: bigint; readonly denominator: bigint } {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(String(rate));
  if (match === null) throw new RangeError(`not a rate of points per unit: ${rate}`);
  const decimals = match[2] ?? '';
  return { numerator: BigInt(`${match[1] ?? ''}${decimals}`), denominator: 10n ** BigInt(decimals.length) };
}
