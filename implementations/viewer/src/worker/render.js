/** A slice of an array as pixels, a line as columns, a few cells as text. */
import { numbers, texts } from './elements.js';
import { rower, palette } from './palettes.js';
import { placer } from './norms.js';

/**
 * @typedef {{base: number, rows: number, cols: number, rowStep: number, colStep: number}} Slice in elements
 * @typedef {{x: number, y: number, scale: number, width: number, height: number}} Window upper left cell, pixels a cell, pixels
 */

/**
 * RGBA of a window onto a slice; transparent beside it. Zoomed out, the cell in a pixel's middle is drawn.
 * @param {import('./elements.js').Numbers} a @param {Slice} s @param {Window} w
 * @param {{part?: string, cmap: string, norm: {kind: string, lo: number, hi: number}}} look
 */
export function heatmap(a, s, w, look) {
  const get = numbers(a, look.part);
  const p = palette(look.cmap);
  const rowOf = rower(p, placer(look.norm));
  const out = new Uint8ClampedArray(w.width * w.height * 4);
  const columns = Int32Array.from({ length: w.width }, (_, i) => Math.floor(w.x + (i + 0.5) / w.scale));
  let before = -1;
  for (let y = 0, o = 0; y < w.height; y++, o += w.width * 4) {
    const r = Math.floor(w.y + (y + 0.5) / w.scale);
    if (r < 0 || r >= s.rows) continue;
    if (r === before) {
      out.copyWithin(o, o - w.width * 4, o);
      continue;
    }
    before = r;
    const start = s.base + r * s.rowStep;
    let last = -1;
    let color = 0;
    for (let x = 0, q = o; x < w.width; x++, q += 4) {
      const c = columns[x];
      if (c < 0 || c >= s.cols) continue;
      if (c !== last) {
        color = 3 * rowOf(get(start + c * s.colStep));
        last = c;
      }
      out[q] = p.rgb[color];
      out[q + 1] = p.rgb[color + 1];
      out[q + 2] = p.rgb[color + 2];
      out[q + 3] = 255;
    }
  }
  return out;
}

/**
 * Least and greatest of the numbers in each of `width` columns of a line; NaN where there are none.
 * @param {import('./elements.js').Numbers} a @param {{base: number, step: number, from: number, to: number}} s @param {number} width @param {string} [part]
 */
export function line(a, s, width, part) {
  const get = numbers(a, part);
  const low = new Float64Array(width).fill(NaN);
  const high = new Float64Array(width).fill(NaN);
  const n = s.to - s.from;
  for (let x = 0; x < width; x++) {
    const from = s.from + Math.floor((x * n) / width);
    const to = Math.max(from + 1, s.from + Math.floor(((x + 1) * n) / width));
    for (let i = from; i < to; i++) {
      const v = get(s.base + i * s.step);
      if (v - v !== 0) continue;
      if (!(v >= low[x])) low[x] = v;
      if (!(v <= high[x])) high[x] = v;
    }
  }
  return { low, high };
}

/** Texts of the cells [x, x + w) by [y, y + h) of a slice. @param {import('./elements.js').Numbers} a @param {Slice} s
 * @param {{x: number, y: number, w: number, h: number}} r */
export function cellTexts(a, s, r) {
  const text = texts(a);
  return Array.from({ length: r.h }, (_, j) => Array.from({ length: r.w }, (_, i) => text(s.base + (r.y + j) * s.rowStep + (r.x + i) * s.colStep)));
}

/** The RGB of the palette's colours, for a colour bar. @param {string} name */
export function colorBar(name) {
  const p = palette(name);
  return { n: p.n, rgb: p.rgb, nan: p.nan };
}
