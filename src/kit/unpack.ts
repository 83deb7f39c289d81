import { crc32, gunzipSync } from 'node:zlib';
import { SettlementFault } from '../spec/settlement.js';
import { errorCode } from './error-code.js';

/** Lists of postings pack to a tenth or so; what unpacks to more than this many times its size was made to. */
const MAX_RATIO = 100;
const MAX_UNPACKED_BYTES = 268_435_456;
/** Of what was packed: its CRC-32 and its length, four bytes each (RFC 1952, 2.3.1). */
const TRAILER_BYTES = 8;

/**
 * The one member of a gzip file, unpacked: at most `maxBytes`, 256 MiB, and a hundred times its packed size. Throws
 * `SettlementFault`: `too-large` beyond that, `cut-off` where its end is missing, `unreadable` for anything else,
 * further members included.
 */
export function gunzipped(packed: Uint8Array, maxBytes = MAX_UNPACKED_BYTES): Uint8Array {
  if (packed.length === 0) throw new SettlementFault('cut-off', 0, 'the file is empty');
  const unpacked = unpack(packed, Math.min(maxBytes, packed.length * MAX_RATIO));
  // Node unpacks member after member; a trailer that is of the whole says that there is one, and nothing after it.
  const trailer = Buffer.from(packed.subarray(-TRAILER_BYTES));
  if (trailer.readUInt32LE(0) !== crc32(unpacked) || trailer.readUInt32LE(4) !== unpacked.length) {
    throw new SettlementFault('unreadable', 0, 'something follows the end of the gzip file');
  }
  return unpacked;
}

function unpack(packed: Uint8Array, maxOutputLength: number): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength });
  } catch (error) {
    switch (errorCode(error)) {
      case 'ERR_BUFFER_TOO_LARGE':
        throw new SettlementFault('too-large', 0, `unpacks to more than ${maxOutputLength} bytes`);
      case 'Z_BUF_ERROR':
        throw new SettlementFault('cut-off', 0, 'the gzip file ends before its end');
      default:
        throw new SettlementFault('unreadable', 0, 'not a gzip file, or a damaged one');
    }
  }
}

/** Bytes as UTF-8 text, freed of a byte order mark; throws `SettlementFault` `unreadable` for any that are not. */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SettlementFault('unreadable', 0, 'not UTF-8 text');
  }
}
