/** A zip file of stored entries, as np.savez makes it; no times, no names but the arrays'. */
import { crc32 } from '../../../javascript/src/bytes.js';

const LARGEST = 2 ** 32 - 1;

/** @param {{name: string, parts: Uint8Array[]}[]} files @returns {Uint8Array[]} to be joined */
export function zip(files) {
  const out = [];
  const directory = [];
  let at = 0;
  for (const { name, parts } of files) {
    const path = new TextEncoder().encode(name);
    const size = parts.reduce((n, p) => n + p.length, 0);
    const data = parts.length === 1 ? parts[0] : joined(parts, size);
    if (at + size > LARGEST - 2 ** 20) throw new Error('More than 4 GiB: download the arrays one by one as .npy.');
    // Version 2.0, UTF-8 names, stored, 1980-01-01.
    const fields = [20, 0x0800, 0, 0, 0x0021];
    const head = record(0x04034b50, fields, [crc32(data), size, size], [path.length, 0]);
    directory.push(record(0x02014b50, [20, ...fields], [crc32(data), size, size], [path.length, 0, 0, 0, 0], [0, at]), path);
    out.push(head, path, data);
    at += head.length + path.length + size;
  }
  const length = directory.reduce((n, p) => n + p.length, 0);
  return out.concat(directory, record(0x06054b50, [0, 0, files.length, files.length], [length, at], [0]));
}

/** A signature, then groups: u16s, u32s, u16s, u32s. @param {number} signature @param {number[][]} groups */
function record(signature, ...groups) {
  const out = new Uint8Array(4 + groups.reduce((n, g, i) => n + g.length * (i % 2 ? 4 : 2), 0));
  const dv = new DataView(out.buffer);
  dv.setUint32(0, signature, true);
  let at = 4;
  groups.forEach((g, i) => {
    for (const v of g) {
      if (i % 2) dv.setUint32(at, v, true);
      else dv.setUint16(at, v, true);
      at += i % 2 ? 4 : 2;
    }
  });
  return out;
}

/** @param {Uint8Array[]} parts @param {number} size */
function joined(parts, size) {
  const out = new Uint8Array(size);
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}
