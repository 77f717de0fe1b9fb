/** Colour tables: those of the Python package, from its own picture of them. */
import { MAPS, PICTURE } from 'virtual:colormaps';
import { PixelReader, readIhdr } from '../../../javascript/src/png.js';

const COLORS = {
  twilight: 510, twilight_shifted: 510, Accent: 8, okabe_ito: 8, Dark2: 8, Pastel2: 8, Set2: 8, Pastel1: 9, Set1: 9,
  Paired: 12, Set3: 12, tab20: 20, tab20b: 20, tab20c: 20, tab10: 10,
};
// What NaN, -inf and +inf may look like, the liked ones first.
const NAN = [[168, 168, 168], [255, 0, 255], [0, 200, 0], [96, 96, 96], [255, 255, 255]];
const LOW = [[0, 0, 0], [0, 0, 255], [0, 90, 0], [120, 60, 0], [0, 255, 255]];
const HIGH = [[255, 255, 255], [255, 0, 0], [255, 140, 0], [255, 255, 0], [255, 0, 255]];
const CLEARLY_OTHER = 100;

export const NAMES = MAPS;

/** @type {{width: number, rgba: Uint8Array}|undefined} */
let picture;

function shipped() {
  if (!picture) {
    const file = Uint8Array.from(atob(PICTURE), (c) => c.charCodeAt(0));
    const reader = new PixelReader(file, readIhdr(file));
    reader.finish();
    picture = { width: reader.ihdr.width, rgba: /** @type {Uint8Array} */ (reader.rgba) };
  }
  return picture;
}

/**
 * n colours, then NaN, -inf, +inf: a place p is row floor(p * n).
 * @typedef {{n: number, rgb: Uint8Array, nan: number, low: number, high: number}} Palette
 */

/** @param {string} name with or without _r @returns {Palette} */
export function palette(name) {
  const reversed = name.endsWith('_r');
  const base = reversed ? name.slice(0, -2) : name;
  const { width, rgba } = shipped();
  const row = 2 * MAPS.indexOf(base) + Number(reversed);
  const n = COLORS[base] ?? 256;
  const colors = Array.from({ length: n }, (_, i) => {
    const o = (row * width + Math.ceil((i * width) / n)) * 4;
    return [rgba[o], rgba[o + 1], rgba[o + 2]];
  });
  const taken = colors.slice();
  for (const liked of [NAN, LOW, HIGH]) taken.push(otherColor(liked, taken));
  return { n, rgb: Uint8Array.from(taken.flat()), nan: n, low: n + 1, high: n + 2 };
}

/** The first liked colour that is clearly none of the taken, else the farthest. @param {number[][]} liked @param {number[][]} taken */
function otherColor(liked, taken) {
  const candidates = [...liked, ...NAN, ...LOW, ...HIGH];
  const apart = candidates.map((c) => Math.min(...taken.map((t) => Math.hypot(t[0] - c[0], t[1] - c[1], t[2] - c[2]))));
  const clear = apart.findIndex((d) => d >= CLEARLY_OTHER);
  return candidates[clear >= 0 ? clear : apart.indexOf(Math.max(...apart))];
}

/** The palette's row for a value. @param {Palette} p @param {(v: number) => number} place @returns {(v: number) => number} */
export function rower(p, place) {
  return (v) => {
    if (v - v !== 0) return v === Infinity ? p.high : v === -Infinity ? p.low : p.nan;
    const at = place(v) * p.n;
    if (at !== at) return p.nan;
    return at < 0 ? 0 : at >= p.n ? p.n - 1 : Math.floor(at);
  };
}
