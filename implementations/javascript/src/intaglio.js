/** The door: decode, inspect and encode by SPEC 12. */
import { concat, crc32, encodeUtf8, equalBytes, sha256Fast, viewOf } from './bytes.js';
import { DecodeError, EncodeError, REASONS, UnknownNameError } from './errors.js';
import { checkSignature, readIhdr, PixelReader, writePng } from './png.js';
import { PROFILES, bitsPerPixel, depthsValid, embed, pixelsForBody, readBody, readPrologueBytes } from './carrier.js';
import { MAX_BLOCK, TABLE_ENTRY, readHeader, readPrologue, sealPrologue, writeHeader, writePrologue } from './header.js';
import { readTables, rootOf, tableEntry, tablesLength } from './container.js';
import { CODECS, STORED, ZSTD, decodeBlock, encodeBlock, loadDecoder, loadEncoder } from './blocks.js';
import { FILTERS, FILTER_CODES, applyFilters, undoFilters } from './filters.js';
import { ELEMENT_BY_NAME, UNITS, countElements, elementsValid } from './arrays.js';

export { DecodeError, EncodeError, UnknownNameError, REASONS, PROFILES };

/** The smallest limits that [LIM-2] and [LIM-3] allow. */
export const LIMITS = Object.freeze({ pixels: 2 ** 26, bytes: 2 ** 28 });

/**
 * @typedef {{pixels?: number, bytes?: number}} Limits pixels of the picture, canonical bytes of the wanted arrays
 * @typedef {(stage: 'png'|'arrays', done: number) => void} OnProgress called from time to time; done is 0 to 1
 * @typedef {{name: string, element: string|null, elementCode: number, unit: string|null, unitCount: number, shape: bigint[], metadata: string|null,
 *   filters: {code: number, name: string|null, params: number[]}[], codec: string|null, codecCode: number, blockCount: number, digest: Uint8Array}} ArrayInfo
 *   `element`, a filter's `name` and `codec` are null for a code that is not registered; `metadata` is the JSON text, null if absent (which means an empty object).
 * @typedef {ArrayInfo & {bytes: Uint8Array}} DecodedArray
 */

/**
 * Runs a reader; running out of memory is `limit-exceeded` by [LIM-3].
 * @template T @param {() => Promise<T>} f @returns {Promise<T>}
 */
async function guarded(f) {
  try {
    return await f();
  } catch (e) {
    if (e instanceof RangeError && /array|buffer|memory|allocation/i.test(e.message)) throw new DecodeError('limit-exceeded', e.message);
    throw e;
  }
}

/** @type {OnProgress} */
const quiet = () => {};

/** Steps 1 to 19. @param {Uint8Array} file @param {Limits|undefined} limits @param {boolean} whole check the whole PNG @param {OnProgress} [onProgress] */
function open(file, limits, whole, onProgress = quiet) {
  if (!(file instanceof Uint8Array)) throw new TypeError('a file is a Uint8Array');
  checkSignature(file); // 1
  const ihdr = readIhdr(file); // 2
  const { width, height } = ihdr;
  const pixelsMax = limits?.pixels ?? LIMITS.pixels;
  if (width * height > pixelsMax) throw new DecodeError('limit-exceeded', `${width} x ${height} pixels, the limit is ${pixelsMax}: limits.pixels allows more`); // 3
  const reader = new PixelReader(file, ihdr);
  if (whole) reader.finish((done) => onProgress('png', done)); // 4
  const pixels = (/** @type {number} */ n) => {
    reader.need(n);
    return /** @type {Uint8Array} */ (reader.rgba);
  };
  const prologue = readPrologue((n) => readPrologueBytes(pixels(n), n), width, height); // 5 to 11
  const { depths, headerLength } = prologue;
  const body = (/** @type {number} */ offset, /** @type {number} */ length) =>
    readBody(pixels(pixelsForBody(offset + length, depths)), depths, offset, length);
  const headerBytes = body(0, headerLength);
  const header = readHeader(headerBytes); // 12 to 16
  const tables = body(headerLength, tablesLength(prologue, header)); // 17
  const blocks = readTables(prologue, headerBytes, header, tables); // 18, 19
  return { prologue, header, blocks, body };
}

/** @param {import('./header.js').ArrayRecord} a @returns {ArrayInfo} */
function info(a) {
  return {
    name: a.name, element: a.element?.name ?? null, elementCode: a.elementCode,
    unit: a.element?.timed ? UNITS[a.unit] : null, unitCount: a.unitCount, shape: a.shape, metadata: a.metadata,
    filters: a.filters.map((f) => ({ code: f.code, name: FILTERS[f.code]?.name ?? null, params: f.params })),
    codec: Object.keys(CODECS).find((name) => CODECS[name] === a.codec) ?? null, codecCode: a.codec,
    blockCount: a.blockCount, digest: a.digest.slice(),
  };
}

/**
 * Everything but the arrays' bytes. The PNG is read only as far as needed, and not checked as a whole.
 * @param {Uint8Array} file @param {{limits?: Limits}} [options]
 */
export function inspect(file, { limits } = {}) {
  return guarded(async () => {
    const { prologue, header } = open(file, limits, false);
    return {
      wholePngChecked: false,
      version: `1.${prologue.minor}`, width: prologue.width, height: prologue.height, depths: prologue.depths,
      metadata: header.metadata, arrays: header.arrays.map(info),
    };
  });
}

/**
 * The arrays, every bit of them, or a DecodeError.
 * @param {Uint8Array} file
 * @param {{wanted?: string[], limits?: Limits, onProgress?: OnProgress, onFault?: (name: string, fault: DecodeError) => void}} [options]
 *   wanted: names; a name that is not in the file is an UnknownNameError. onFault: gets what is wrong with one array (steps 24 to 28); the others are read on
 * @returns {Promise<{metadata: string|null, depths: number[], arrays: DecodedArray[]}>}
 */
export function decode(file, { wanted, limits, onProgress = quiet, onFault } = {}) {
  return guarded(async () => {
    const { prologue, header, blocks, body } = open(file, limits, true, onProgress);
    const names = wanted && new Set(wanted);
    const there = new Set(header.arrays.map((a) => a.name));
    if (names) for (const n of names) if (!there.has(n)) throw new UnknownNameError(n);
    const chosen = header.arrays.map((record, i) => ({ record, blocks: blocks[i] })).filter(({ record }) => !names || names.has(record.name));
    let total = 0n;
    let needsZstd = false;
    for (const { record: a } of chosen) {
      if (!a.element) throw new DecodeError('element-unknown', `code ${a.elementCode}`); // 20
      for (const f of a.filters) if (!(f.code in FILTERS)) throw new DecodeError('filter-unknown', `code ${f.code}`); // 21
      if (a.codec !== STORED && a.codec !== ZSTD) throw new DecodeError('codec-unknown', `code ${a.codec}`); // 22
      total += a.count * BigInt(a.element.itemSize);
      needsZstd ||= a.codec === ZSTD && a.blockCount > 0;
    }
    const most = limits?.bytes ?? LIMITS.bytes;
    if (total > BigInt(Number.isFinite(most) ? Math.floor(most) : Number.MAX_SAFE_INTEGER)) {
      throw new DecodeError('limit-exceeded', `${total} bytes of arrays, the limit is ${most}: limits.bytes allows more`); // 23
    }
    const zstd = needsZstd ? await loadDecoder() : null;
    let before = 0;
    const onBlock = (/** @type {number} */ bytes) => onProgress('arrays', (before += bytes) / (Number(total) || 1));
    const arrays = [];
    for (const { record, blocks } of chosen) {
      try {
        arrays.push(await readArray(record, blocks, body, zstd, onBlock));
      } catch (e) {
        if (!onFault || !(e instanceof DecodeError)) throw e;
        onFault(record.name, e);
      }
    }
    return { metadata: header.metadata, depths: prologue.depths, arrays };
  });
}

/**
 * Steps 24 to 28 for one array.
 * @param {import('./header.js').ArrayRecord} a @param {import('./container.js').Blocks} t
 * @param {(offset: number, length: number) => Uint8Array} body @param {import('./blocks.js').Decoder|null} zstd
 * @param {(bytes: number) => void} onBlock
 * @returns {Promise<DecodedArray>}
 */
async function readArray(a, t, body, zstd, onBlock) {
  const element = /** @type {import('./arrays.js').Element} */ (a.element);
  const size = Number(a.count) * element.itemSize;
  const bytes = new Uint8Array(size);
  const dv = viewOf(t.table);
  const step = a.blockLength * element.itemSize;
  let digest = null;
  for (let i = 0; i < a.blockCount; i++) {
    const stored = body(t.offsets[i], t.lengths[i]);
    if (crc32(stored) !== dv.getUint32(i * TABLE_ENTRY + 4, true)) throw new DecodeError('block-damaged', `block ${i}`); // 24
    const expected = Math.min(step, size - i * step);
    const filtered = decodeBlock(stored, a.codec, expected, zstd); // 25
    const canonical = undoFilters(filtered, a.filters, element.width);
    digest = await sha256Fast(canonical);
    if (!equalBytes(digest, t.table.subarray(i * TABLE_ENTRY + 8, (i + 1) * TABLE_ENTRY))) throw new DecodeError('block-digest-mismatch', `block ${i}`); // 26
    if (!elementsValid(element, canonical)) throw new DecodeError('element-invalid', `block ${i}`); // 27
    bytes.set(canonical, i * step);
    onBlock(canonical.length);
  }
  if (a.blockCount !== 1 || !digest) digest = await sha256Fast(bytes);
  if (!equalBytes(digest, a.digest)) throw new DecodeError('array-digest-mismatch'); // 28
  return { ...info(a), bytes };
}

/**
 * @typedef {{name: string, element: string, shape: (bigint|number|string)[], bytes: Uint8Array, unit?: string|null, unitCount?: number,
 *   metadata?: string|null, filters?: [string, ...number[]][], codec?: 'zstd'|'stored', blockLength?: number}} ArrayInput
 *   bytes are canonical bytes (SPEC 11); filters, codec and blockLength that are absent are the encoder's choice
 * @typedef {{width: number, height: number, rgba: Uint8Array}} Picture
 * @typedef {{arrays: ArrayInput[], metadata?: string|null, profile?: string, depths?: number[], width?: number|null, height?: number|null,
 *   cover?: Uint8Array|Picture|null, filters?: [string, ...number[]][], codec?: 'zstd'|'stored', blockLength?: number, level?: number}} EncodeInput
 */

/** @param {string|null|undefined} text @param {string} what */
function metadataBytes(text, what) {
  if (text === null || text === undefined) return new Uint8Array(0);
  const b = typeof text === 'string' ? encodeUtf8(text) : null;
  if (!b || b.length === 0) throw new EncodeError(`the metadata of ${what} is no JSON text`);
  return b;
}

/** @param {unknown} v @param {string} what @returns {bigint} */
function dimension(v, what) {
  const n = typeof v === 'bigint' ? v : Number.isSafeInteger(v) || (typeof v === 'string' && /^[0-9]{1,20}$/.test(v)) ? BigInt(/** @type {any} */ (v)) : -1n;
  if (n < 0n || n >= 2n ** 64n) throw new EncodeError(`${what}: a dimension is not an unsigned integer`);
  return n;
}

/** @param {[string, ...number[]][]} list @param {string} what */
function filterList(list, what) {
  return list.map(([name, ...params]) => {
    const code = Object.hasOwn(FILTER_CODES, name) ? FILTER_CODES[name] : undefined;
    if (code === undefined) throw new EncodeError(`${what}: no filter is called ${name}`);
    for (const p of params) if (!Number.isInteger(p) || p < 0 || p > 0xffffffff) throw new EncodeError(`${what}: a filter parameter is not a u32`);
    const raw = new Uint8Array(params.length * 4);
    params.forEach((p, i) => viewOf(raw).setUint32(i * 4, p, true));
    return { code, name, params, raw };
  });
}

/**
 * The least decimal exponent that fits nine of ten of the first elements, or -1.
 * @param {import('./arrays.js').Element} e @param {Uint8Array} sample
 */
function decimalExponent(e, sample) {
  const size = e.width / 8;
  const some = sample.subarray(0, 1024 * size);
  for (let exponent = 0; exponent <= 12; exponent++) {
    const out = applyFilters(some, filterList([['decimal', exponent]], 'sample'), e.width);
    let hits = 0;
    for (let i = 0; i < some.length; i += size) hits += Number(!equalBytes(some.subarray(i, i + size), out.subarray(i, i + size)));
    if (hits * 10 * size >= some.length * 9) return exponent;
  }
  return -1;
}

/** Filter lists worth trying for an element. @param {import('./arrays.js').Element} e @param {bigint[]} shape @param {Uint8Array} sample */
function candidates(e, shape, sample) {
  const lag = e.components;
  const last = shape.length > 0 ? shape[shape.length - 1] * BigInt(e.components) : 0n;
  const row = shape.length > 1 && last > BigInt(lag) && last <= 0xffffffffn ? Number(last) : 0;
  const real = /float|complex/.test(e.name);
  /** @type {[string, ...number[]][]} */
  const tail = e.width > 8 ? [['shuffle']] : [];
  /** @type {[string, ...number[]][][]} */
  const out = [[]];
  if (tail.length) out.push(tail, [...tail, ['bytedelta']]);
  const steps = [['delta', lag], ...(row ? [['lorenzo', lag, row]] : [])];
  const exponent = e.decimal ? decimalExponent(e, sample) : -1;
  const first = exponent >= 0 ? [['decimal', exponent]] : real ? [['order']] : [];
  if (exponent >= 0) out.push(/** @type {any} */ ([...first, ...tail]));
  for (const s of steps) out.push(/** @type {any} */ ([...first, s, ['zigzag'], ...tail]));
  return out;
}

/**
 * One array's record, table and stored blocks.
 * @param {ArrayInput} input @param {EncodeInput} all @param {import('./blocks.js').Encoder|null} zstd
 */
async function buildArray(input, all, zstd) {
  const what = `array ${JSON.stringify(input.name)}`;
  const level = all.level ?? 9;
  const nameBytes = typeof input.name === 'string' ? encodeUtf8(input.name) : null;
  if (!nameBytes || nameBytes.length < 1 || nameBytes.length > 255) throw new EncodeError(`${what}: not a name`);
  const element = ELEMENT_BY_NAME.get(input.element);
  if (!element) throw new EncodeError(`${what}: no element is called ${input.element}`);
  const unit = input.unit ? UNITS.indexOf(input.unit) : 0;
  if (unit < 0) throw new EncodeError(`${what}: no unit is called ${input.unit}`);
  const unitCount = input.unitCount ?? (element.timed ? 1 : 0);
  if (!Number.isInteger(unitCount) || unitCount < 0 || unitCount > 0xffffffff) throw new EncodeError(`${what}: unit_count`);
  const shape = Array.from(input.shape, (d) => dimension(d, what));
  if (shape.length > 32) throw new EncodeError(`${what}: rank above 32`);
  const count = countElements(shape);
  const { bytes } = input;
  if (BigInt(bytes.length) !== count * BigInt(element.itemSize)) throw new EncodeError(`${what}: ${bytes.length} bytes do not fit the shape`);
  if (!elementsValid(element, bytes)) throw new EncodeError(`${what}: a bool is neither 0 nor 1`);

  const n = Number(count);
  let blockLength = input.blockLength ?? all.blockLength;
  if (n === 0) blockLength = 0;
  else if (blockLength === undefined || blockLength === null) {
    const mib = Math.max(1, Math.floor(2 ** 20 / element.itemSize));
    const last = shape.length ? Number(shape[shape.length - 1]) : 1;
    blockLength = Math.min(n, last <= mib ? mib - (mib % last) : mib);
  } else if (!Number.isInteger(blockLength) || blockLength < 1 || blockLength * element.itemSize > MAX_BLOCK) {
    throw new EncodeError(`${what}: block_length ${blockLength}`);
  } else blockLength = Math.min(n, blockLength);
  const step = blockLength * element.itemSize;

  const codecName = input.codec ?? all.codec ?? null;
  if (codecName !== null && !Object.hasOwn(CODECS, codecName)) throw new EncodeError(`${what}: no codec is called ${codecName}`);
  let codec = codecName === null ? (zstd ? ZSTD : STORED) : CODECS[codecName];
  if (codec === ZSTD && !zstd) throw new EncodeError(`${what}: zstd needs WebAssembly, which is not allowed here`);
  const given = input.filters ?? all.filters;
  let filters = given ? filterList(given, what) : [];
  if (!given && codec === ZSTD && zstd && n > 0) {
    // Try on the first quarter of a MiB of the first block.
    const sampleLength = Math.min(step, Math.max(1, Math.floor(2 ** 18 / element.itemSize)) * element.itemSize);
    const sample = bytes.subarray(0, sampleLength);
    let best = Infinity;
    for (const c of candidates(element, shape, sample)) {
      const list = filterList(c, what);
      const size = zstd.compress(applyFilters(sample, list, element.width), 3).length;
      if (size < best) {
        best = size;
        filters = list;
      }
    }
  }
  // Fail before filtering if the list is not one that [HDR-12] allows.
  const record = (digest = new Uint8Array(32), blockCount = n === 0 ? 0 : Math.ceil(n / blockLength)) => ({
    nameBytes, elementCode: element.code, unit, unitCount, shape, filters, codec, blockLength: /** @type {number} */ (blockLength), blockCount,
    digest, metadataBytes: metadataBytes(input.metadata, what),
  });
  checkHeader(writeHeader({ metadataBytes: new Uint8Array(0), arrays: [record()] }));

  const build = async () => {
    const table = [];
    const stored = [];
    for (let at = 0; at < bytes.length; at += step) {
      const canonical = bytes.subarray(at, Math.min(bytes.length, at + step));
      const s = encodeBlock(applyFilters(canonical, filters, element.width), codec, zstd, level);
      stored.push(s);
      table.push(tableEntry(s, await sha256Fast(canonical)));
    }
    return { table: concat(table), stored };
  };
  let built = await build();
  if (codecName === null && !given && built.stored.reduce((a, s) => a + s.length, 0) >= bytes.length) {
    codec = STORED;
    filters = [];
    built = await build();
  }
  return { record: record(await sha256Fast(bytes)), ...built };
}

/** A header that this module would refuse is not written. @param {Uint8Array} bytes */
function checkHeader(bytes) {
  try {
    readHeader(bytes);
  } catch (e) {
    throw e instanceof DecodeError ? new EncodeError(e.message) : e;
  }
}

/** The cover as opaque RGBA, composited onto white. @param {Uint8Array|Picture} cover @returns {Picture} */
function openCover(cover) {
  let picture;
  if (cover instanceof Uint8Array) {
    try {
      checkSignature(cover);
      const ihdr = readIhdr(cover);
      if (ihdr.width * ihdr.height > LIMITS.pixels) throw new DecodeError('limit-exceeded');
      const reader = new PixelReader(cover, ihdr);
      reader.finish();
      picture = { width: ihdr.width, height: ihdr.height, rgba: /** @type {Uint8Array} */ (reader.rgba) };
    } catch (e) {
      throw e instanceof DecodeError ? new EncodeError(`the cover: ${e.message}`) : e;
    }
  } else picture = cover;
  const rgba = new Uint8Array(picture.rgba);
  if (rgba.length !== picture.width * picture.height * 4) throw new EncodeError('the cover has not width x height pixels');
  for (let i = 0; i < rgba.length; i += 4) {
    const a = rgba[i + 3];
    if (a === 255) continue;
    for (let c = 0; c < 3; c++) rgba[i + c] = Math.round((rgba[i + c] * a + 255 * (255 - a)) / 255);
    rgba[i + 3] = 255;
  }
  return { width: picture.width, height: picture.height, rgba };
}

/** The picture to write into: the cover, repeated pixel by pixel to the size asked for; a soft gradient without one.
 * @param {Picture|null} cover @param {number} width @param {number} height */
function canvasOf(cover, width, height) {
  if (cover && cover.width === width && cover.height === height) return cover.rgba;
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0, o = 0; y < height; y++) {
    const sy = cover ? Math.floor((y * cover.height) / height) * cover.width : 0;
    const shade = Math.round(208 - (96 * y) / height);
    for (let x = 0; x < width; x++, o += 4) {
      if (cover) {
        const s = (sy + Math.floor((x * cover.width) / width)) * 4;
        rgba[o] = cover.rgba[s];
        rgba[o + 1] = cover.rgba[s + 1];
        rgba[o + 2] = cover.rgba[s + 2];
      } else {
        rgba[o] = shade - 24;
        rgba[o + 1] = shade - 8;
        rgba[o + 2] = shade + 8;
      }
      rgba[o + 3] = 255;
    }
  }
  return rgba;
}

/** @param {number|null|undefined} v @param {string} what */
function side(v, what) {
  if (v === null || v === undefined) return 0;
  if (!Number.isInteger(v) || v < 1 || v > 0x7fffffff) throw new EncodeError(`${what} of the picture`);
  return v;
}

/**
 * Writes an Intaglio file; throws EncodeError if what is asked for cannot be written.
 * @param {EncodeInput} input @returns {Promise<Uint8Array>} a PNG file
 */
export async function encode(input) {
  const depths = Array.from(input.depths ?? (Object.hasOwn(PROFILES, input.profile ?? 'opaque') ? PROFILES[input.profile ?? 'opaque'] : []));
  if (depths.length !== 4 || !depthsValid(depths)) throw new EncodeError('depths');
  if (input.arrays.length > 65535) throw new EncodeError('more than 65535 arrays');
  const zstd = await loadEncoder();
  const arrays = [];
  for (const a of input.arrays) arrays.push(await buildArray(a, input, zstd));
  const header = writeHeader({ metadataBytes: metadataBytes(input.metadata, 'the file'), arrays: arrays.map((a) => a.record) });
  if (header.length > 4 * 2 ** 20) throw new EncodeError('the header is larger than 4 MiB');
  checkHeader(header);
  const tables = concat(arrays.map((a) => a.table));
  const body = concat([header, tables, ...arrays.flatMap((a) => a.stored)]);

  const needed = 160 + Math.ceil((body.length * 8) / bitsPerPixel(depths));
  const cover = input.cover ? openCover(input.cover) : null;
  let width = side(input.width, 'width');
  let height = side(input.height, 'height');
  if (!width && !height) {
    if (cover) {
      const least = Math.max(1, Math.sqrt(needed / (cover.width * cover.height)));
      const zoom = least > 2 ? Math.ceil(least) : least; // whole cells, where cells are to be seen
      width = Math.ceil(cover.width * zoom);
      height = Math.ceil(cover.height * zoom);
    } else {
      width = Math.ceil(Math.sqrt(needed));
      height = Math.ceil(needed / width);
    }
  } else if (!height) {
    height = Math.max(Math.ceil(needed / width), cover ? Math.round((width * cover.height) / cover.width) : 1);
  } else if (!width) {
    width = Math.max(Math.ceil(needed / height), cover ? Math.round((height * cover.width) / cover.height) : 1);
  }
  if (width * height < needed) throw new EncodeError(`${width} x ${height} pixels are too few: ${needed} are needed`);
  if (width * height > LIMITS.pixels) throw new EncodeError(`${width} x ${height} pixels are more than every reader takes`);
  const prologue = writePrologue({ depths, width, height, headerLength: header.length, bodyLength: body.length });
  sealPrologue(prologue, rootOf(prologue, header, tables));
  const rgba = canvasOf(cover, width, height);
  embed(rgba, prologue, body, depths);
  const hint = 'This picture carries exact numeric arrays in its low bits (Intaglio format, version 1.0). '
    + 'Keep the file as it is: any lossy change destroys them. Read it with an Intaglio decoder.';
  return writePng(rgba, width, height, hint);
}
