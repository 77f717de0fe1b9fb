/** SPEC 9: stored blocks -> filtered bytes, and back. */
import { viewOf } from './bytes.js';
import { DecodeError } from './errors.js';

export const STORED = 0;
export const ZSTD = 1;
export const CODECS = Object.freeze({ stored: STORED, zstd: ZSTD });
const MAX_WINDOW = 8 * 2 ** 20;
const MAX_ZSTD_BLOCK = 128 * 2 ** 10;

/** @param {string} detail @returns {never} */
function malformed(detail) {
  throw new DecodeError('block-malformed', detail);
}

/**
 * [BLK-3], [BLK-4]: walks one Zstandard frame without decompressing it, before any memory is taken.
 * @param {Uint8Array} b @param {number} expected number of filtered bytes
 */
export function checkFrame(b, expected) {
  const dv = viewOf(b);
  let at = 0;
  /** @param {number} n */
  const take = (n) => {
    if (n > b.length - at) malformed('the frame is cut off');
    at += n;
    return at - n;
  };
  if (dv.byteLength < 4 || dv.getUint32(take(4), true) !== 0xfd2fb528) malformed('no Zstandard frame');
  const descriptor = b[take(1)];
  const single = (descriptor & 0x20) !== 0;
  if (descriptor & 0x08) malformed('reserved bit');
  if (descriptor & 0x03) malformed('Dictionary_ID_flag');
  let window = 0;
  if (!single) {
    const w = b[take(1)];
    window = 2 ** (10 + (w >> 3));
    window += (window / 8) * (w & 7);
  }
  const flag = descriptor >> 6;
  if (flag === 0 && !single) malformed('no Frame_Content_Size');
  const size = flag === 0 ? BigInt(b[take(1)])
    : flag === 1 ? BigInt(dv.getUint16(take(2), true) + 256)
      : flag === 2 ? BigInt(dv.getUint32(take(4), true))
        : dv.getBigUint64(take(8), true);
  if (size !== BigInt(expected)) malformed('Frame_Content_Size');
  if (single) window = expected;
  if (window > MAX_WINDOW) malformed('Window_Size');
  const maxBlock = Math.min(window, MAX_ZSTD_BLOCK);
  for (;;) {
    const p = take(3);
    const header = b[p] | (b[p + 1] << 8) | (b[p + 2] << 16);
    const type = (header >> 1) & 3;
    const blockSize = header >>> 3;
    if (type === 3) malformed('reserved block type');
    if (blockSize > maxBlock) malformed('Block_Size above Block_Maximum_Size');
    take(type === 1 ? 1 : blockSize);
    if (header & 1) break;
  }
  if (descriptor & 0x04) take(4);
  if (at !== b.length) malformed('bytes after the frame');
}

/**
 * @typedef {{decompress(stored: Uint8Array, expected: number): Uint8Array}} Decoder throws what it likes on malformed input
 * @typedef {{compress(data: Uint8Array, level: number): Uint8Array}} Encoder
 */

/**
 * libzstd as WebAssembly, loaded when first asked for. Where WebAssembly is not to be had (a strict Content-Security-Policy),
 * a decoder in plain JavaScript: it is less strict with malformed frames, and the SHA-256 of each block guards what it gives.
 * @returns {Promise<Decoder>}
 */
export async function loadDecoder() {
  if (await webAssemblyAllowed()) {
    const { ZSTDDecoder } = await import('zstddec');
    const libzstd = new ZSTDDecoder();
    try {
      await libzstd.init(); // it fetches itself from a data: URL, which a policy may forbid too
      return { decompress: (stored, expected) => libzstd.decode(stored, expected) };
    } catch { /* the plain one, then */ }
  }
  return (await import('./zstd_plain.js')).plainDecoder;
}

/** libzstd, or null where WebAssembly is not to be had. A reader never loads this one. @returns {Promise<Encoder|null>} */
export async function loadEncoder() {
  if (!await webAssemblyAllowed()) return null;
  const { Zstd } = await import('@hpcc-js/wasm-zstd');
  return Zstd.load();
}

/** Tries the smallest module there is. */
async function webAssemblyAllowed() {
  try {
    await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    return true;
  } catch {
    return false;
  }
}

/**
 * Step 25: the filtered bytes of a block.
 * @param {Uint8Array} stored @param {number} codec @param {number} expected number of filtered bytes @param {Decoder|null} zstd
 */
export function decodeBlock(stored, codec, expected, zstd) {
  if (codec === STORED) { // BLK-2
    if (stored.length !== expected) malformed('stored_length of a stored block');
    return stored;
  }
  checkFrame(stored, expected);
  let out;
  try {
    out = /** @type {Decoder} */ (zstd).decompress(stored, expected); // BLK-5; Content_Checksum too
  } catch (e) {
    malformed(/** @type {Error} */ (e).message);
  }
  // On an error zstddec gives back a slice of another length, never of `expected` bytes.
  if (out.length !== expected) malformed('the frame gives another number of bytes');
  return out;
}

/** @param {Uint8Array} filtered @param {number} codec @param {Encoder|null} zstd @param {number} level */
export function encodeBlock(filtered, codec, zstd, level) {
  if (codec === STORED) return filtered;
  const out = /** @type {Encoder} */ (zstd).compress(filtered, level);
  checkFrame(out, filtered.length);
  return out;
}
