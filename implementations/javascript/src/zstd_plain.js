/** Zstandard frames without WebAssembly: fzstd, and the Content_Checksum (RFC 8878, 3.1.1) that it does not look at. */
import { Decompress } from 'fzstd';
import { concat, viewOf } from './bytes.js';

const MASK = 2n ** 64n - 1n;
const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

/** @param {bigint} v @param {bigint} n */
const rotate = (v, n) => ((v << n) | (v >> (64n - n))) & MASK;
/** @param {bigint} acc @param {bigint} lane */
const round = (acc, lane) => (rotate((acc + lane * P2) & MASK, 31n) * P1) & MASK;

/** XXH64 with seed 0. @param {Uint8Array} b @returns {bigint} */
export function xxh64(b) {
  const dv = viewOf(b);
  let at = 0;
  let h;
  if (b.length >= 32) {
    const v = [(P1 + P2) & MASK, P2, 0n, MASK + 1n - P1];
    for (; at + 32 <= b.length; at += 32) for (let k = 0; k < 4; k++) v[k] = round(v[k], dv.getBigUint64(at + 8 * k, true));
    h = (rotate(v[0], 1n) + rotate(v[1], 7n) + rotate(v[2], 12n) + rotate(v[3], 18n)) & MASK;
    for (const acc of v) h = ((h ^ round(0n, acc)) * P1 + P4) & MASK;
  } else h = P5;
  h = (h + BigInt(b.length)) & MASK;
  for (; at + 8 <= b.length; at += 8) h = (rotate(h ^ round(0n, dv.getBigUint64(at, true)), 27n) * P1 + P4) & MASK;
  if (at + 4 <= b.length) {
    h = (rotate(h ^ ((BigInt(dv.getUint32(at, true)) * P1) & MASK), 23n) * P2 + P3) & MASK;
    at += 4;
  }
  for (; at < b.length; at++) h = (rotate(h ^ ((BigInt(b[at]) * P5) & MASK), 11n) * P1) & MASK;
  h = ((h ^ (h >> 33n)) * P2) & MASK;
  h = ((h ^ (h >> 29n)) * P3) & MASK;
  return h ^ (h >> 32n);
}

/** @type {import('./blocks.js').Decoder} */
export const plainDecoder = {
  decompress(stored, expected) {
    /** @type {Uint8Array[]} */
    const parts = []; // block by block: as one, fzstd gives as many bytes as the frame's header says, whatever comes out
    new Decompress((part) => parts.push(part)).push(stored, true);
    const out = concat(parts);
    if (out.length !== expected) throw new Error('the frame gives another number of bytes');
    if (stored[4] & 0x04 && BigInt(viewOf(stored).getUint32(stored.length - 4, true)) !== (xxh64(out) & 0xffffffffn)) throw new Error('Content_Checksum');
    return out;
  },
};
