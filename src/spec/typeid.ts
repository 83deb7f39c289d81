const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const SUFFIX = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Prefixes of public ids, TypeID style: `lnk_01h455vb4pex5vsknk084sn02q`. */
export type IdPrefix =
  | 'ten'
  | 'lnk'
  | 'op'
  | 'con'
  | 'inc'
  | 'key'
  | 'evt'
  | 'req'
  | 'qte'
  | 'rcn'
  | 'brk'
  | 'rsy'
  | 'apr'
  | 'rqu';

/** Writes a UUID as a TypeID (github.com/jetify-com/typeid, spec 0.3): prefix, underscore, 26 characters of Crockford base32. */
export function toTypeId(prefix: IdPrefix, uuid: string): string {
  if (!UUID.test(uuid)) throw new RangeError('not a lower-case UUID');
  let value = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let suffix = '';
  for (let i = 0; i < 26; i += 1) {
    suffix = (ALPHABET[Number(value & 31n)] ?? '') + suffix;
    value >>= 5n;
  }
  return `${prefix}_${suffix}`;
}

/** Reads a TypeID of that prefix back to its UUID; `null` for anything that is not one. */
export function fromTypeId(prefix: IdPrefix, id: string): string | null {
  if (!id.startsWith(`${prefix}_`)) return null;
  const suffix = id.slice(prefix.length + 1);
  if (!SUFFIX.test(suffix)) return null;
  let value = 0n;
  for (const char of suffix) value = (value << 5n) | BigInt(ALPHABET.indexOf(char));
  const hex = value.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
