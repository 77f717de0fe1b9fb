/** Conventions of SPEC 2: CRC-32, SHA-256, UTF-8. */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';

const T = (() => {
  const t = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let i = 0; i < 256; i++) {
    let c = i;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    t[0][i] = c;
  }
  for (let k = 1; k < 8; k++) for (let i = 0; i < 256; i++) t[k][i] = (t[k - 1][i] >>> 8) ^ t[0][t[k - 1][i] & 255];
  return t;
})();

/**
 * CRC-32 of bytes[from..to), eight bytes a step.
 * @param {Uint8Array} b @param {number} [from] @param {number} [to] @returns {number} u32
 */
export function crc32(b, from = 0, to = b.length) {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = T;
  let c = 0xffffffff;
  let i = from;
  for (; i + 8 <= to; i += 8) {
    c ^= b[i] | (b[i + 1] << 8) | (b[i + 2] << 16) | (b[i + 3] << 24);
    c = t7[c & 255] ^ t6[(c >>> 8) & 255] ^ t5[(c >>> 16) & 255] ^ t4[c >>> 24]
      ^ t3[b[i + 4]] ^ t2[b[i + 5]] ^ t1[b[i + 6]] ^ t0[b[i + 7]];
  }
  for (; i < to; i++) c = t0[(c ^ b[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** SHA-256 of the parts, joined. @param {...Uint8Array} parts @returns {Uint8Array} */
export function sha256(...parts) {
  const h = nobleSha256.create();
  for (const p of parts) h.update(p);
  return h.digest();
}

/**
 * SHA-256 of much data: WebCrypto's, where there is one (browsers have it only on https, localhost and file://).
 * @param {Uint8Array} b @returns {Promise<Uint8Array>}
 */
export async function sha256Fast(b) {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle || b.length < 4096) return sha256(b);
  return new Uint8Array(await subtle.digest('SHA-256', /** @type {Uint8Array<ArrayBuffer>} */ (b)));
}

/** @param {Uint8Array} a @param {Uint8Array} b */
export function equalBytes(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @param {Uint8Array} b */
export const hex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of well-formed UTF-8 (a leading U+FEFF is kept), or null. @param {Uint8Array} b @returns {string|null} */
export function decodeUtf8(b) {
  try {
    return utf8.decode(b);
  } catch {
    return null;
  }
}

/** UTF-8 of a well-formed string, or null if it holds a lone surrogate. @param {string} s @returns {Uint8Array|null} */
export function encodeUtf8(s) {
  const b = new TextEncoder().encode(s);
  return decodeUtf8(b) === s ? b : null;
}

/** @param {Uint8Array} b */
export const viewOf = (b) => new DataView(b.buffer, b.byteOffset, b.byteLength);

/** @param {Uint8Array[]} parts */
export function concat(parts) {
  let n = 0;
  for (const p of parts) n += p.length;
  const out = new Uint8Array(n);
  n = 0;
  for (const p of parts) {
    out.set(p, n);
    n += p.length;
  }
  return out;
}
