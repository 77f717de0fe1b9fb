/** SPEC 4: PNG file -> RGBA pixels of 8 bits, and back. Chunks and scan lines are ours; inflate and deflate are pako's. */
import { ZStream, zlibInflateInit2, zlibInflate, deflate } from 'pako';
import { crc32, viewOf, concat } from './bytes.js';
import { DecodeError } from './errors.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const IHDR = 0x49484452;
const PLTE = 0x504c5445;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
const TRNS = 0x74524e53;
/** Samples per pixel by colour type, and the bit depths it allows. */
const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };
/** x0, y0, dx, dy of the seven passes of Adam7. */
const ADAM7 = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
const INFLATE_IN = 1 << 14;
const INFLATE_OUT = 1 << 16;
/** No deflate stream expands by more than this. */
const MAX_EXPANSION = 1032;

/** @param {string} detail @returns {never} */
function damaged(detail) {
  throw new DecodeError('png-damaged', detail);
}

/** Step 1, [PNG-1]. @param {Uint8Array} file */
export function checkSignature(file) {
  for (let i = 0; i < 8; i++) if (file[i] !== SIGNATURE[i]) throw new DecodeError('not-png');
}

/**
 * One whole chunk, [PNG-2].
 * @param {Uint8Array} file @param {DataView} dv @param {number} pos
 */
function readChunk(file, dv, pos) {
  if (pos + 12 > file.length) damaged('the file ends before IEND');
  const length = dv.getUint32(pos);
  if (length > 0x7fffffff) damaged('chunk length above 2^31 - 1');
  for (let i = 4; i < 8; i++) {
    const c = file[pos + i] | 0x20;
    if (c < 0x61 || c > 0x7a) damaged('chunk type is not four ASCII letters');
  }
  const end = pos + 8 + length;
  if (end + 4 > file.length) damaged('a chunk is cut off');
  if (crc32(file, pos + 4, end) !== dv.getUint32(end)) damaged('chunk CRC-32');
  return { type: dv.getUint32(pos + 4), start: pos + 8, end, length };
}

/**
 * @typedef {{width: number, height: number, bitDepth: number, colorType: number, interlaced: boolean}} Ihdr
 */

/** Step 2: IHDR by [PNG-2] and [PNG-3]. @param {Uint8Array} file @returns {Ihdr} */
export function readIhdr(file) {
  const dv = viewOf(file);
  const c = readChunk(file, dv, 8);
  if (c.type !== IHDR) damaged('the first chunk is not IHDR');
  if (c.length !== 13) damaged('IHDR has not 13 bytes');
  const width = dv.getUint32(16);
  const height = dv.getUint32(20);
  const [bitDepth, colorType, compression, filter, interlace] = file.subarray(24, 29);
  if (width < 1 || width > 0x7fffffff || height < 1 || height > 0x7fffffff) damaged('width or height');
  if (!DEPTHS[colorType]?.includes(bitDepth)) damaged('colour type and bit depth');
  if (compression !== 0 || filter !== 0 || interlace > 1) damaged('IHDR method');
  return { width, height, bitDepth, colorType, interlaced: interlace === 1 };
}

/** Step 4: reads a PNG's pixels, as far as they are asked for. */
export class PixelReader {
  /** @param {Uint8Array} file @param {Ihdr} ihdr */
  constructor(file, ihdr) {
    this.file = file;
    this.ihdr = ihdr;
    const { width, height, bitDepth, colorType, interlaced } = ihdr;
    this.bitsPerPixel = CHANNELS[colorType] * bitDepth;
    this.bpp = Math.max(1, this.bitsPerPixel >> 3);
    /** Passes that have pixels. */
    this.passes = (interlaced ? ADAM7 : [[0, 0, 1, 1]])
      .map(([x0, y0, dx, dy]) => ({ x0, y0, dx, dy, w: Math.ceil((width - x0) / dx), h: Math.ceil((height - y0) / dy) }))
      .filter((p) => p.w > 0 && p.h > 0);
    this.pass = 0;
    this.row = 0;
    this.fill = 0;
    /** @type {Uint8Array|null} */ this.palette = null;
    /** @type {Uint8Array|null} */ this.trns = null;
    /** RGBA of all pixels. @type {Uint8Array|null} */
    this.rgba = null;
    /** Pixels of `rgba` that are there. */
    this.ready = 0;
    this.work = this.run();
  }

  /** Reads on until at least n pixels, counted from the upper left, are there. @param {number} n */
  need(n) {
    while (this.ready < n) if (this.work.next().done) break;
  }

  /** Reads and checks the whole file, [PNG-2] to [PNG-6]. @param {(done: number) => void} [onProgress] */
  finish(onProgress) {
    const all = this.ihdr.width * this.ihdr.height;
    for (let i = 0; !this.work.next().done; i++) if (onProgress && i % 32 === 0) onProgress(this.ready / all);
  }

  /** @private */
  *run() {
    const { file, ihdr } = this;
    const dv = viewOf(file);
    let pos = 33;
    let idat = 0; // 0: none yet, 1: among them, 2: past them
    let paletteSeen = false;
    const strm = new ZStream();
    strm.output = new Uint8Array(INFLATE_OUT);
    let ended = false;
    for (;;) {
      const c = readChunk(file, dv, pos);
      pos = c.end + 4;
      if (idat === 1 && c.type !== IDAT) idat = 2;
      if (c.type === IDAT) {
        if (idat === 2) damaged('IDATs are not consecutive');
        if (idat === 0) {
          if (ihdr.colorType === 3 && !paletteSeen) damaged('no PLTE before IDAT');
          idat = 1;
          this.begin();
          if (zlibInflateInit2(strm, 15) !== 0) damaged('inflate');
        }
        for (let at = c.start; at < c.end; at += INFLATE_IN) {
          if (ended) damaged('data after the zlib stream');
          ended = this.inflateSome(strm, file.subarray(at, Math.min(c.end, at + INFLATE_IN)));
          yield;
        }
      } else if (c.type === IEND) {
        if (c.length !== 0) damaged('IEND is not empty');
        if (idat === 0) damaged('no IDAT');
        if (!ended) damaged('the zlib stream is cut off');
        if (this.pass < this.passes.length) damaged('too few scan lines');
        return;
      } else if (c.type === PLTE) {
        if (ihdr.colorType !== 3) continue;
        if (paletteSeen) damaged('second PLTE');
        if (idat !== 0) damaged('PLTE after IDAT');
        if (c.length < 3 || c.length > 768 || c.length % 3 !== 0) damaged('PLTE length');
        paletteSeen = true;
        this.palette = file.subarray(c.start, c.end);
      } else if (c.type === TRNS) {
        if (ihdr.colorType === 4 || ihdr.colorType === 6) continue;
        if (this.trns) damaged('second tRNS');
        if (idat !== 0) damaged('tRNS after IDAT');
        if (ihdr.colorType === 3 && !this.palette) damaged('tRNS before PLTE');
        const ok = ihdr.colorType === 0 ? c.length === 2
          : ihdr.colorType === 2 ? c.length === 6
            : c.length >= 1 && c.length <= /** @type {Uint8Array} */ (this.palette).length / 3;
        if (!ok) damaged('tRNS length');
        this.trns = file.subarray(c.start, c.end);
      } else if (c.type === IHDR) {
        damaged('second IHDR');
      } else if (!(file[c.start - 4] & 0x20)) {
        damaged('unknown critical chunk');
      }
    }
  }

  /** Takes memory for the pixels, if the file can hold them at all. @private */
  begin() {
    const { width, height } = this.ihdr;
    let expected = 0;
    let widest = 0;
    for (const p of this.passes) {
      const bytes = Math.ceil((p.w * this.bitsPerPixel) / 8);
      expected += (1 + bytes) * p.h;
      widest = Math.max(widest, bytes);
    }
    if (expected > this.file.length * MAX_EXPANSION) damaged('IDAT cannot hold that many scan lines');
    this.rgba = new Uint8Array(width * height * 4);
    // Each line buffer has `bpp` bytes of zero before its first byte, so that unfiltering needs no special case.
    this.line = new Uint8Array(this.bpp + widest);
    this.prior = new Uint8Array(this.bpp + widest);
    this.filterType = -1;
    this.rowBytes = Math.ceil((this.passes[0].w * this.bitsPerPixel) / 8);
    this.paint = painter(this);
  }

  /** @private @param {ZStream} strm @param {Uint8Array} input @returns {boolean} the zlib stream has ended */
  inflateSome(strm, input) {
    strm.input = input;
    strm.next_in = 0;
    strm.avail_in = input.length;
    for (;;) {
      strm.next_out = 0;
      strm.avail_out = INFLATE_OUT;
      const status = zlibInflate(strm, 0);
      this.scan(strm.output, strm.next_out);
      if (status === 1) {
        if (strm.avail_in > 0) damaged('data after the zlib stream');
        return true;
      }
      if (status !== 0 && status !== -5) damaged(`zlib stream: ${strm.msg || status}`);
      if (strm.avail_in === 0 && strm.avail_out > 0) return false;
      if (status === -5 && strm.next_out === 0) damaged('zlib stream: no progress');
    }
  }

  /** Cuts inflated bytes into scan lines. @private @param {Uint8Array} data @param {number} length */
  scan(data, length) {
    let at = 0;
    while (at < length) {
      if (this.pass >= this.passes.length) damaged('too many scan lines');
      if (this.filterType < 0) {
        this.filterType = data[at++];
        if (this.filterType > 4) damaged('filter type');
        continue;
      }
      const take = Math.min(length - at, this.rowBytes - this.fill);
      const to = this.bpp + this.fill;
      if (take < 32) for (let i = 0; i < take; i++) this.line[to + i] = data[at + i];
      else this.line.set(data.subarray(at, at + take), to);
      this.fill += take;
      at += take;
      if (this.fill === this.rowBytes) this.endLine();
    }
  }

  /** @private */
  endLine() {
    const { bpp, rowBytes } = this;
    unfilter(this.filterType, this.line, this.prior, bpp, bpp + rowBytes);
    const p = this.passes[this.pass];
    this.paint(this.line.subarray(bpp), p, p.y0 + this.row * p.dy);
    const t = this.prior;
    this.prior = this.line;
    this.line = t;
    this.filterType = -1;
    this.fill = 0;
    this.row++;
    if (!this.ihdr.interlaced) this.ready = this.row * this.ihdr.width;
    if (this.row === p.h) {
      this.pass++;
      this.row = 0;
      if (this.pass < this.passes.length) {
        this.rowBytes = Math.ceil((this.passes[this.pass].w * this.bitsPerPixel) / 8);
        this.prior.fill(0);
      } else {
        this.ready = this.ihdr.width * this.ihdr.height;
      }
    }
  }
}

/**
 * Undoes a scan line's filter in place; `from` bytes of zero stand before the line in both buffers.
 * @param {number} type @param {Uint8Array} x @param {Uint8Array} up @param {number} from @param {number} to
 */
function unfilter(type, x, up, from, to) {
  if (type === 1) {
    for (let i = from; i < to; i++) x[i] += x[i - from];
  } else if (type === 2) {
    for (let i = from; i < to; i++) x[i] += up[i];
  } else if (type === 3) {
    for (let i = from; i < to; i++) x[i] += (x[i - from] + up[i]) >> 1;
  } else if (type === 4) {
    for (let i = from; i < to; i++) {
      const a = x[i - from];
      const b = up[i];
      const c = up[i - from];
      const pa = Math.abs(b - c);
      const pb = Math.abs(a - c);
      const pc = Math.abs(a + b - 2 * c);
      x[i] += pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
  }
}

/**
 * [PNG-7]: a function that writes one scan line's pixels.
 * @param {PixelReader} r
 */
function painter(r) {
  const { width, bitDepth, colorType } = r.ihdr;
  const out = /** @type {Uint8Array} */ (r.rgba);
  const { palette, trns } = r;
  const max = (1 << bitDepth) - 1;
  const scale = bitDepth < 8 ? 255 / max : 1; // 255, 85 or 17: whole numbers
  // Sample i as it is compared with tRNS, and as the 8 bits that count.
  const raw = bitDepth === 8 ? (x, i) => x[i]
    : bitDepth === 16 ? (x, i) => (x[2 * i] << 8) | x[2 * i + 1]
      : (x, i) => (x[(i * bitDepth) >> 3] >> (8 - bitDepth - ((i * bitDepth) & 7))) & max;
  const eight = bitDepth === 16 ? (v) => v >> 8 : (v) => v * scale;
  const key = trns && colorType !== 3 ? Array.from({ length: trns.length / 2 }, (_, i) => ((trns[2 * i] << 8) | trns[2 * i + 1]) & (bitDepth === 16 ? 0xffff : max)) : null;

  /** @param {Uint8Array} x @param {{x0: number, dx: number, w: number}} p @param {number} y */
  return (x, p, y) => {
    let o = (y * width + p.x0) * 4;
    const step = p.dx * 4;
    const n = p.w;
    if (colorType === 3) {
      const pal = /** @type {Uint8Array} */ (palette);
      for (let i = 0; i < n; i++, o += step) {
        const k = raw(x, i);
        if (k * 3 >= pal.length) damaged('palette index');
        out[o] = pal[3 * k];
        out[o + 1] = pal[3 * k + 1];
        out[o + 2] = pal[3 * k + 2];
        out[o + 3] = trns && k < trns.length ? trns[k] : 255;
      }
    } else if (colorType === 0 || colorType === 4) {
      const c = colorType === 4 ? 2 : 1;
      for (let i = 0; i < n; i++, o += step) {
        const v = raw(x, i * c);
        out[o] = out[o + 1] = out[o + 2] = eight(v);
        out[o + 3] = c === 2 ? eight(raw(x, i * c + 1)) : key && v === key[0] ? 0 : 255;
      }
    } else if (bitDepth === 8) {
      const c = colorType === 6 ? 4 : 3;
      for (let i = 0, s = 0; i < n; i++, o += step, s += c) {
        out[o] = x[s];
        out[o + 1] = x[s + 1];
        out[o + 2] = x[s + 2];
        out[o + 3] = c === 4 ? x[s + 3] : key && x[s] === key[0] && x[s + 1] === key[1] && x[s + 2] === key[2] ? 0 : 255;
      }
    } else {
      const c = colorType === 6 ? 4 : 3;
      for (let i = 0; i < n; i++, o += step) {
        const [a, b, d] = [raw(x, i * c), raw(x, i * c + 1), raw(x, i * c + 2)];
        out[o] = a >> 8;
        out[o + 1] = b >> 8;
        out[o + 2] = d >> 8;
        out[o + 3] = c === 4 ? x[(i * c + 3) * 2] : key && a === key[0] && b === key[1] && d === key[2] ? 0 : 255;
      }
    }
  };
}

/** @param {number} type @param {Uint8Array} data */
function chunk(type, data) {
  const out = new Uint8Array(12 + data.length);
  const dv = viewOf(out);
  dv.setUint32(0, data.length);
  dv.setUint32(4, type);
  out.set(data, 8);
  dv.setUint32(8 + data.length, crc32(out, 4, 8 + data.length));
  return out;
}

/**
 * [PNG-8], [PNG-9]: 8-bit truecolour, with a tEXt chunk that says what this is.
 * @param {Uint8Array} rgba @param {number} width @param {number} height @param {string} hint Latin-1
 * @param {{level?: number}} [options]
 */
export function writePng(rgba, width, height, hint, { level = 6 } = {}) {
  let opaque = true;
  for (let i = 3; i < rgba.length && opaque; i += 4) opaque = rgba[i] === 255;
  const bpp = opaque ? 3 : 4;
  const rowBytes = width * bpp;
  const raw = new Uint8Array((1 + rowBytes) * height);
  let up = new Uint8Array(rowBytes);
  let row = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    for (let x = 0, s = y * width * 4, o = 0; x < width; x++, s += 4, o += bpp) {
      row[o] = rgba[s];
      row[o + 1] = rgba[s + 1];
      row[o + 2] = rgba[s + 2];
      if (!opaque) row[o + 3] = rgba[s + 3];
    }
    // None, Sub or Up: the one with the smallest sum of absolute differences.
    const sums = [0, 0, 0];
    for (let i = 0; i < rowBytes; i++) {
      const abs = (v) => (v &= 255, v < 128 ? v : 256 - v);
      sums[0] += abs(row[i]);
      sums[1] += abs(row[i] - (i >= bpp ? row[i - bpp] : 0));
      sums[2] += abs(row[i] - up[i]);
    }
    const type = sums.indexOf(Math.min(...sums));
    let o = y * (1 + rowBytes);
    raw[o++] = type;
    for (let i = 0; i < rowBytes; i++) raw[o + i] = row[i] - (type === 0 ? 0 : type === 1 ? (i >= bpp ? row[i - bpp] : 0) : up[i]);
    [up, row] = [row, up];
  }
  const ihdr = new Uint8Array(13);
  const dv = viewOf(ihdr);
  dv.setUint32(0, width);
  dv.setUint32(4, height);
  ihdr.set([8, opaque ? 2 : 6, 0, 0, 0], 8);
  const text = Uint8Array.from(`Intaglio\0${hint}`, (ch) => ch.charCodeAt(0));
  return concat([
    Uint8Array.from(SIGNATURE), chunk(IHDR, ihdr), chunk(0x74455874, text), chunk(IDAT, deflate(raw, { level })), chunk(IEND, new Uint8Array(0)),
  ]);
}
