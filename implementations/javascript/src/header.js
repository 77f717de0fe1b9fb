/** SPEC 6: prologue and header. */
import { crc32, viewOf, decodeUtf8, concat } from './bytes.js';
import { DecodeError } from './errors.js';
import { ELEMENTS, GENERIC, UNITS, countElements } from './arrays.js';
import { DECIMAL, FILTERS, paramsValid } from './filters.js';
import { PROLOGUE, capacity, depthsValid } from './carrier.js';
import { readMetadata } from './metadata.js';

const MAGIC = Uint8Array.from('INTAGLIO', (c) => c.charCodeAt(0));
/** Magic, version, prologue_length, both flag words and a CRC-32, [HDR-1]. */
const PROLOGUE_LEAST = 24;
const MAX_HEADER = 4 * 2 ** 20;
export const MAX_BLOCK = 8 * 2 ** 20;
export const TABLE_ENTRY = 40;
const MAX_PRODUCT = 2n ** 63n - 1n;

/**
 * @typedef {{bytes: Uint8Array, minor: number, depths: number[], width: number, height: number, headerLength: number,
 *   bodyLength: number, root: Uint8Array}} Prologue
 * @typedef {{nameBytes: Uint8Array, name: string, elementCode: number, element: import('./arrays.js').Element|null, unit: number,
 *   unitCount: number, shape: bigint[], filters: {code: number, raw: Uint8Array, params: number[]}[], codec: number,
 *   blockLength: number, blockCount: number, digest: Uint8Array, metadataBytes: Uint8Array, metadata: string|null,
 *   count: bigint}} ArrayRecord
 * @typedef {{type: number, required: boolean, flags: number, data: Uint8Array}} Extension
 * @typedef {{metadataBytes: Uint8Array, metadata: string|null, arrays: ArrayRecord[], extensions: Extension[]}} Header
 */

/**
 * Steps 5 to 11.
 * @param {(n: number) => Uint8Array} read gives the first n bytes that the first n pixels carry as prologue
 * @param {number} width @param {number} height of the picture
 * @returns {Prologue}
 */
export function readPrologue(read, width, height) {
  const pixels = width * height;
  if (pixels < PROLOGUE_LEAST) throw new DecodeError('no-prologue', `fewer than ${PROLOGUE_LEAST} pixels`); // step 5
  const start = read(PROLOGUE_LEAST);
  if (!MAGIC.every((v, i) => start[i] === v)) throw new DecodeError('no-prologue', 'no magic');
  const length = viewOf(start).getUint16(10, true); // step 6
  if (length < PROLOGUE_LEAST || length > pixels) throw new DecodeError('prologue-damaged', 'prologue_length');
  const bytes = read(length);
  const dv = viewOf(bytes);
  if (crc32(bytes, 0, length - 4) !== dv.getUint32(length - 4, true)) throw new DecodeError('prologue-damaged', 'CRC-32');
  if (bytes[8] !== 1) throw new DecodeError('version-unknown', `major version ${bytes[8]}`); // step 7
  const flags = dv.getUint32(12, true); // step 8
  if (flags !== 0) throw new DecodeError('required-flag-unknown', `bit ${31 - Math.clz32(flags & -flags)}`);
  if (length !== PROLOGUE) throw new DecodeError('prologue-malformed', 'prologue_length is not 80'); // step 9
  const depths = Array.from(bytes.subarray(20, 24));
  if (!depthsValid(depths)) throw new DecodeError('prologue-malformed', 'depths');
  const [w, h] = [dv.getUint32(24, true), dv.getUint32(28, true)]; // step 10
  if (w !== width || h !== height) throw new DecodeError('carrier-size-mismatch', `written for ${w} x ${h}, the picture is ${width} x ${height}`);
  const headerLength = dv.getUint32(32, true); // step 11
  const bodyLength = dv.getBigUint64(36, true);
  if (headerLength < 12 || headerLength > MAX_HEADER || BigInt(headerLength) > bodyLength || bodyLength > capacity(width, height, depths)) {
    throw new DecodeError('length-mismatch', 'header_length or body_length');
  }
  return { bytes, minor: bytes[9], depths, width, height, headerLength, bodyLength: Number(bodyLength), root: bytes.slice(44, 76) };
}

/** @param {{minor?: number, depths: number[], width: number, height: number, headerLength: number, bodyLength: number}} p root and CRC are left zero */
export function writePrologue(p) {
  const out = new Uint8Array(PROLOGUE);
  const dv = viewOf(out);
  out.set(MAGIC);
  out[8] = 1;
  out[9] = 0;
  dv.setUint16(10, PROLOGUE, true);
  out.set(p.depths, 20);
  dv.setUint32(24, p.width, true);
  dv.setUint32(28, p.height, true);
  dv.setUint32(32, p.headerLength, true);
  dv.setBigUint64(36, BigInt(p.bodyLength), true);
  return out;
}

/** @param {Uint8Array} prologue @param {Uint8Array} root */
export function sealPrologue(prologue, root) {
  prologue.set(root, 44);
  viewOf(prologue).setUint32(76, crc32(prologue, 0, 76), true);
}

/** @param {string} detail @returns {never} */
function malformed(detail) {
  throw new DecodeError('header-malformed', detail);
}

/** Takes fields off a byte string, never past its end. */
class Cursor {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.dv = viewOf(bytes);
    this.at = 0;
  }

  /** @param {number} n */
  skip(n) {
    if (n > this.bytes.length - this.at) malformed('a record goes beyond the header');
    const at = this.at;
    this.at += n;
    return at;
  }

  u8() { return this.bytes[this.skip(1)]; }
  u16() { return this.dv.getUint16(this.skip(2), true); }
  u32() { return this.dv.getUint32(this.skip(4), true); }
  u64() { return this.dv.getBigUint64(this.skip(8), true); }
  /** @param {number} n */
  take(n) {
    const at = this.skip(n);
    return this.bytes.subarray(at, at + n);
  }
}

/** One array record, [HDR-9] to [HDR-12]. @param {Cursor} c @returns {ArrayRecord} */
function readRecord(c) {
  const nameLength = c.u8();
  if (nameLength < 1) malformed('name_length is 0');
  const nameBytes = c.take(nameLength);
  const elementCode = c.u8();
  const element = ELEMENTS.get(elementCode) ?? null;
  const unit = c.u8();
  const unitCount = c.u32();
  if (element) { // HDR-10
    const ok = element.timed
      ? unit >= 1 && unit < UNITS.length && unitCount >= 1 && unitCount <= 0x7fffffff && (unit !== GENERIC || unitCount === 1)
      : unit === 0 && unitCount === 0;
    if (!ok) malformed('unit or unit_count');
  }
  const rank = c.u8();
  if (rank > 32) malformed('rank above 32');
  const shape = Array.from({ length: rank }, () => c.u64());
  const filterCount = c.u8();
  if (filterCount > 8) malformed('filter_count above 8');
  const filters = [];
  for (let i = 0; i < filterCount; i++) {
    const code = c.u8();
    const raw = c.take(c.u8());
    const params = [];
    if (code in FILTERS && raw.length === FILTERS[code].params * 4) {
      for (let k = 0; k < raw.length; k += 4) params.push(viewOf(raw).getUint32(k, true));
    }
    filters.push({ code, raw, params });
  }
  if (filters.every((f) => f.code in FILTERS)) { // HDR-12
    filters.forEach((f, i) => {
      if (i > 0 && FILTERS[f.code].stage <= FILTERS[filters[i - 1].code].stage) malformed('the stages of the filters do not ascend');
      if (f.raw.length !== FILTERS[f.code].params * 4 || !paramsValid(f.code, f.params)) malformed('filter parameters');
      if (f.code === DECIMAL && element && !element.decimal) malformed('decimal of something that is no float32 or float64');
    });
  }
  const codec = c.u8();
  const blockLength = c.u32();
  const blockCount = c.u32();
  // HDR-11
  const itemSize = BigInt(element ? element.itemSize : 1);
  let product = itemSize;
  for (const d of shape) {
    product *= d > 1n ? d : 1n;
    if (product > MAX_PRODUCT) malformed('the array is too large');
  }
  const count = countElements(shape);
  if (count === 0n) {
    if (blockLength !== 0 || blockCount !== 0) malformed('blocks of an array without elements');
  } else {
    const e = BigInt(blockLength);
    if (e < 1n || e > count) malformed('block_length');
    if (BigInt(blockCount) !== (count + e - 1n) / e) malformed('block_count');
    if (element && e * itemSize > BigInt(MAX_BLOCK)) malformed('blocks above 8 MiB');
  }
  const digest = c.take(32);
  const metadataBytes = c.take(c.u32());
  return { nameBytes, name: '', elementCode, element, unit, unitCount, shape, filters, codec, blockLength, blockCount, digest, metadataBytes, metadata: null, count };
}

/** [HDR-13] for the form of one name; null if it is not valid. @param {Uint8Array} bytes */
function readName(bytes) {
  const name = decodeUtf8(bytes);
  // eslint-disable-next-line no-control-regex
  return name === null || name === '' || bytes.length > 255 || /[\u0000-\u001f\u007f-\u009f]/.test(name) ? null : name;
}

/** Steps 12 to 16. @param {Uint8Array} bytes the whole header @returns {Header} */
export function readHeader(bytes) {
  const end = bytes.length - 4;
  if (crc32(bytes, 0, end) !== viewOf(bytes).getUint32(end, true)) throw new DecodeError('header-damaged'); // step 12
  const c = new Cursor(bytes.subarray(0, end)); // step 13
  const arrayCount = c.u16();
  const extensionCount = c.u16();
  const metadataBytes = c.take(c.u32());
  const arrays = [];
  for (let i = 0; i < arrayCount; i++) arrays.push(readRecord(c));
  const extensions = [];
  for (let i = 0; i < extensionCount; i++) {
    const type = c.u16();
    const flags = c.u8();
    const data = c.take(c.u32());
    if (i > 0 && type <= extensions[i - 1].type) malformed('extension records are not in ascending order');
    if (flags & 0xfe) malformed('reserved bits of an extension record');
    extensions.push({ type, flags, required: (flags & 1) === 1, data });
  }
  if (c.at !== end) malformed('bytes left over in the header');
  const names = new Set(); // step 14
  for (const a of arrays) {
    const name = readName(a.nameBytes);
    if (name === null) throw new DecodeError('name-invalid');
    if (names.has(name)) throw new DecodeError('name-invalid', 'a name occurs twice');
    names.add(name);
    a.name = name;
  }
  /** @type {Header} */
  const header = { metadataBytes, metadata: null, arrays, extensions };
  for (const h of [header, ...arrays]) { // step 15
    try {
      h.metadata = readMetadata(h.metadataBytes);
    } catch (e) {
      throw new DecodeError('metadata-invalid', /** @type {Error} */ (e).message);
    }
  }
  for (const x of extensions) { // step 16
    if (x.required) throw new DecodeError('extension-unknown', `type ${x.type}`);
  }
  return header;
}

/** @param {Omit<ArrayRecord, 'name'|'metadata'|'count'|'element'>} a */
function writeRecord(a) {
  const filters = concat(a.filters.map((f) => concat([Uint8Array.of(f.code, f.raw.length), f.raw])));
  const fixed = new Uint8Array(1 + a.nameBytes.length + 7 + 8 * a.shape.length + 1 + filters.length + 9 + 32 + 4);
  const dv = viewOf(fixed);
  let p = 0;
  fixed[p++] = a.nameBytes.length;
  fixed.set(a.nameBytes, p);
  p += a.nameBytes.length;
  fixed[p++] = a.elementCode;
  fixed[p++] = a.unit;
  dv.setUint32(p, a.unitCount, true);
  p += 4;
  fixed[p++] = a.shape.length;
  for (const d of a.shape) {
    dv.setBigUint64(p, d, true);
    p += 8;
  }
  fixed[p++] = a.filters.length;
  fixed.set(filters, p);
  p += filters.length;
  fixed[p++] = a.codec;
  dv.setUint32(p, a.blockLength, true);
  dv.setUint32(p + 4, a.blockCount, true);
  p += 8;
  fixed.set(a.digest, p);
  p += 32;
  dv.setUint32(p, a.metadataBytes.length, true);
  return concat([fixed, a.metadataBytes]);
}

/**
 * @param {{metadataBytes: Uint8Array, arrays: Parameters<typeof writeRecord>[0][], extensions?: Omit<Extension, 'required'>[]}} h
 * @returns {Uint8Array}
 */
export function writeHeader(h) {
  const extensions = h.extensions ?? [];
  const head = new Uint8Array(8);
  const dv = viewOf(head);
  dv.setUint16(0, h.arrays.length, true);
  dv.setUint16(2, extensions.length, true);
  dv.setUint32(4, h.metadataBytes.length, true);
  const parts = [head, h.metadataBytes, ...h.arrays.map(writeRecord)];
  for (const x of extensions) {
    const e = new Uint8Array(7);
    viewOf(e).setUint16(0, x.type, true);
    e[2] = x.flags;
    viewOf(e).setUint32(3, x.data.length, true);
    parts.push(e, x.data);
  }
  parts.push(new Uint8Array(4));
  const out = concat(parts);
  viewOf(out).setUint32(out.length - 4, crc32(out, 0, out.length - 4), true);
  return out;
}
