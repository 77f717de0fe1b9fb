import { deflateSync } from 'node:zlib';
import { crc32 } from '../src/bytes.js';
import { readIhdr, PixelReader } from '../src/png.js';
import { embed, readBody, readPrologueBytes } from '../src/carrier.js';
import { readPrologue, readHeader, writeHeader, writePrologue, sealPrologue } from '../src/header.js';
import { rootOf, tablesLength } from '../src/container.js';
import { DecodeError } from '../src/errors.js';
import { decode } from '../src/intaglio.js';

export const fromHex = (h) => Uint8Array.from(h.match(/../g) ?? [], (x) => parseInt(x, 16));
export const be32 = (n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
export const ascii = (s) => Uint8Array.from(s, (c) => c.charCodeAt(0));
export const SIG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function chunk(type, data = []) {
  const td = Uint8Array.from([...ascii(type), ...data]);
  return Uint8Array.from([...be32(data.length), ...td, ...be32(crc32(td))]);
}
export const join = (...parts) => Uint8Array.from(parts.flatMap((p) => [...p]));
export const ihdr = (w, h, depth, type, interlace = 0) => chunk('IHDR', [...be32(w), ...be32(h), depth, type, 0, 0, interlace]);

/** A PNG from raw scan lines. */
export function png({ w, h, depth = 8, type = 2, interlace = 0, raw, before = [], idat }) {
  return join(SIG, ihdr(w, h, depth, type, interlace), ...before, ...(idat ?? [chunk('IDAT', deflateSync(Uint8Array.from(raw)))]), chunk('IEND'));
}

export function pixels(file) {
  const r = new PixelReader(file, readIhdr(file));
  r.finish();
  return r.rgba;
}

/** RGBA as an 8-bit type 6 PNG, or a variation of it. */
export function rgbaPng(rgba, w, h) {
  const raw = [];
  for (let y = 0; y < h; y++) raw.push(0, ...rgba.subarray(y * w * 4, (y + 1) * w * 4));
  return png({ w, h, type: 6, raw });
}

/** Takes a file apart. */
export function parts(file) {
  const { width, height } = readIhdr(file);
  const rgba = pixels(file);
  const p = readPrologue((n) => readPrologueBytes(rgba, n), width, height);
  const body = readBody(rgba, p.depths, 0, p.bodyLength);
  const headerBytes = body.slice(0, p.headerLength);
  const header = readHeader(headerBytes);
  const t = tablesLength(p, header);
  return { width, height, rgba, p, header, headerBytes, tables: body.slice(p.headerLength, p.headerLength + t), blocks: body.slice(p.headerLength + t) };
}

/** Puts a file together, everything sealed anew. `prologue` may change the 80 bytes last, before (seal) the CRC. */
export function assemble({ headerBytes, tables, blocks, depths = [8, 8, 8, 0], width, height, edit, bodyLength, headerLength, root }) {
  const body = join(headerBytes, tables, blocks);
  const bits = depths.reduce((a, b) => a + b);
  width ??= Math.max(14, Math.ceil(Math.sqrt(160 + (body.length * 8) / bits)));
  height ??= width;
  const prologue = writePrologue({ depths, width, height, headerLength: headerLength ?? headerBytes.length, bodyLength: bodyLength ?? body.length });
  sealPrologue(prologue, root ?? rootOf(prologue, headerBytes, tables));
  if (edit) {
    edit(prologue);
    new DataView(prologue.buffer).setUint32(76, crc32(prologue, 0, 76), true);
  }
  const rgba = new Uint8Array(width * height * 4).fill(255);
  embed(rgba, prologue, body, depths);
  return rgbaPng(rgba, width, height);
}

export function resealHeader(b) {
  new DataView(b.buffer, b.byteOffset).setUint32(b.length - 4, crc32(b, 0, b.length - 4), true);
  return b;
}
export { writeHeader };

export async function reasonOf(file, options) {
  try {
    await decode(file, options);
  } catch (e) {
    if (e instanceof DecodeError) return e.reason;
    throw e;
  }
  return 'accepted';
}
