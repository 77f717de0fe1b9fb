/** SPEC 7: where header, block tables and stored blocks lie, and what root covers. */
import { crc32, equalBytes, sha256, viewOf } from './bytes.js';
import { DecodeError } from './errors.js';
import { TABLE_ENTRY } from './header.js';

/**
 * Where an array's blocks are: `table` is its part of the block tables, `offsets[i]` the place of block i in the body.
 * @typedef {{table: Uint8Array, lengths: Uint32Array, offsets: Float64Array}} Blocks
 */

/** Step 17. @param {import('./header.js').Prologue} p @param {import('./header.js').Header} h @returns {number} bytes of all block tables */
export function tablesLength(p, h) {
  let blocks = 0; // at most 65535 x 2^32: exact
  for (const a of h.arrays) blocks += a.blockCount;
  const length = blocks * TABLE_ENTRY;
  if (p.headerLength + length > p.bodyLength) throw new DecodeError('length-mismatch', 'the block tables go beyond the body');
  return length;
}

/**
 * [CON-3]
 * @param {Uint8Array} prologue @param {Uint8Array} header @param {Uint8Array} tables
 */
export const rootOf = (prologue, header, tables) => sha256(prologue.subarray(0, 44), header, tables);

/**
 * Steps 18 and 19.
 * @param {import('./header.js').Prologue} p @param {Uint8Array} headerBytes @param {import('./header.js').Header} h @param {Uint8Array} tables
 * @returns {Blocks[]} one for each array
 */
export function readTables(p, headerBytes, h, tables) {
  if (!equalBytes(rootOf(p.bytes, headerBytes, tables), p.root)) throw new DecodeError('root-mismatch');
  let offset = p.headerLength + tables.length;
  let at = 0;
  const all = h.arrays.map((a) => {
    const table = tables.subarray(at, (at += a.blockCount * TABLE_ENTRY));
    const dv = viewOf(table);
    const lengths = new Uint32Array(a.blockCount);
    const offsets = new Float64Array(a.blockCount);
    for (let i = 0; i < a.blockCount; i++) {
      lengths[i] = dv.getUint32(i * TABLE_ENTRY, true);
      if (lengths[i] < 1) throw new DecodeError('length-mismatch', 'a stored_length is 0');
      offsets[i] = offset;
      offset += lengths[i];
    }
    return { table, lengths, offsets };
  });
  if (offset !== p.bodyLength) throw new DecodeError('length-mismatch', 'the stored blocks do not fill the body');
  return all;
}

/** One entry of a block table. @param {Uint8Array} stored @param {Uint8Array} digest of the canonical bytes */
export function tableEntry(stored, digest) {
  const out = new Uint8Array(TABLE_ENTRY);
  viewOf(out).setUint32(0, stored.length, true);
  viewOf(out).setUint32(4, crc32(stored), true);
  out.set(digest, 8);
  return out;
}
