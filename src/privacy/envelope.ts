import { bound, decrypt, encrypt, SEALING_OVERHEAD } from './sealing.js';

/** A data key in the clear, as `unwrapDataKey` gives it; `version` is 1 to 65535 and counts up when a subject's key is renewed. */
export interface DataKey {
  readonly version: number;
  readonly bytes: Buffer;
}

/** Where a sealed value stands; moved to any other tenant, table, column or row it does not open. */
export interface Place {
  readonly tenantId: string;
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
}

// format (1) ‖ key version (2, big-endian) ‖ IV (12) ‖ ciphertext ‖ tag (16)
const FORMAT = 1;
const HEADER_BYTES = 3;

/** Seals a value under a data key for one place. Text is taken as UTF-8. */
export function seal(dataKey: DataKey, plaintext: string | Buffer, place: Place): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(FORMAT, 0);
  header.writeUInt16BE(checkedVersion(dataKey.version), 1);
  const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext, 'utf8') : plaintext;
  return Buffer.concat([header, encrypt(dataKey.bytes, bytes, boundTo(place, dataKey.version))]);
}

/** Opens a sealed value; throws when it was changed, stands in another place, or was sealed under another key or version. */
export function open(dataKey: DataKey, sealed: Buffer, place: Place): Buffer {
  const version = sealedVersion(sealed);
  if (version !== dataKey.version) {
    throw new Error(`${named(place)} was sealed under key version ${version}, not ${dataKey.version}`);
  }
  const opened = decrypt(dataKey.bytes, sealed.subarray(HEADER_BYTES), boundTo(place, version));
  if (opened === null)
    throw new Error(`${named(place)} does not open: it was changed, moved or sealed under another key`);
  return opened;
}

/** Which version of its subject's data key a value was sealed under, so that the right one can be fetched before opening it. */
export function sealedVersion(sealed: Buffer): number {
  if (sealed.length < HEADER_BYTES + SEALING_OVERHEAD || sealed.readUInt8(0) !== FORMAT) {
    throw new Error('not a sealed value of a known format');
  }
  return checkedVersion(sealed.readUInt16BE(1));
}

function checkedVersion(version: number): number {
  if (!Number.isInteger(version) || version < 1 || version > 0xffff) {
    throw new RangeError(`a key version is a whole number from 1 to 65535, not ${version}`);
  }
  return version;
}

function boundTo(place: Place, version: number): Buffer {
  return bound('value', place.tenantId, place.table, place.column, place.rowId, String(version));
}

/** Table and column only: ids of rows and tenants have no business in an error. */
function named(place: Place): string {
  return `${place.table}.${place.column}`;
}
