/** Arrays in forms that other programs read: .npy, .npz, .csv, and text for Python. */
import { ITEM_SIZE, isComplex, isFloat, texts, typed } from './elements.js';
import { descr, npyHeader, shapeText } from './npy.js';
import { zip } from './zip.js';

/** @typedef {import('./elements.js').Numbers & {name: string}} Named */

const READABLE_MOST = 2000;
const CODE_MOST = 1 << 20;

/** @param {Named} a */
export const npy = (a) => [npyHeader(a), a.bytes];

/** @param {Named[]} arrays */
export function npz(arrays) {
  const names = fileNames(arrays.map((a) => a.name));
  return zip(arrays.map((a, i) => ({ name: `${names[i]}.npy`, parts: npy(a) })));
}

/** Names for files and members of zip files: percent-escaped, none twice. @param {string[]} names */
export function fileNames(names) {
  const taken = new Set();
  const next = new Map(); // the number to try next behind a name that is taken
  return names.map((name) => {
    let found = name.replace(/[^\p{L}\p{N}._+=@,() -]|^[. -]|[. ]$/gu, percent).slice(0, 150);
    if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(found)) found = percent(found[0]) + found.slice(1);
    const keyOf = (/** @type {string} */ s) => s.normalize('NFC').toLowerCase();
    const base = found;
    let i = next.get(keyOf(base)) ?? 2;
    while (taken.has(keyOf(found))) found = `${base}~${i++}`;
    next.set(keyOf(base), i);
    taken.add(keyOf(found));
    return found;
  });
}

/** @param {string} c */
const percent = (c) => Array.from(new TextEncoder().encode(c), (b) => `%${b.toString(16).toUpperCase().padStart(2, '0')}`).join('');

/**
 * A slice as text from which Python reads the same numbers.
 * @param {Named} a @param {import('./render.js').Slice} s @param {(done: number) => void} onProgress
 */
export function csv(a, s, onProgress) {
  const text = texts(a);
  const cell = a.element === 'timedelta64' ? (/** @type {number} */ i) => String(typed(a)[i]) : text;
  const parts = [];
  let lines = [];
  for (let r = 0; r < s.rows; r++) {
    const row = new Array(s.cols);
    for (let c = 0; c < s.cols; c++) row[c] = cell(s.base + r * s.rowStep + c * s.colStep);
    lines.push(row.join(','));
    if (lines.length * s.cols > 1 << 16 || r === s.rows - 1) {
      parts.push(new TextEncoder().encode(`${lines.join('\n')}\n`));
      lines = [];
      onProgress(r / s.rows);
    }
  }
  return parts;
}

/** Whether decimal text would lose bits: NaNs other than the usual one. @param {Named} a */
export function hasOddNans(a) {
  if (!isFloat(a.element)) return false;
  const size = ITEM_SIZE[a.element] / (isComplex(a.element) ? 2 : 1);
  if (size === 2) {
    const usual = a.element === 'float16' ? 0x7e00 : 0x7fc0;
    const top = a.element === 'float16' ? 0x7c00 : 0x7f80;
    return /** @type {Uint16Array} */ (typed(a)).some((v) => (v & 0x7fff) > top && v !== usual);
  }
  const v = typed(a);
  const bits = new Uint32Array(v.buffer, v.byteOffset, v.byteLength / 4);
  if (size === 4) return bits.some((b) => (b & 0x7fffffff) > 0x7f800000 && b !== 0x7fc00000);
  for (let i = 0; i < bits.length; i += 2) {
    const high = bits[i + 1] & 0x7fffffff;
    if ((high > 0x7ff00000 || (high === 0x7ff00000 && bits[i])) && (bits[i + 1] !== 0x7ff80000 || bits[i])) return true;
  }
  return false;
}

/** Python that makes the array, every bit of it. @param {Named} a */
export function pythonCode(a) {
  const dtype = a.element === 'bfloat16' ? 'uint16' : descr(a).replace(/^\|/, '');
  const note = a.element === 'bfloat16' ? '  # the bits; .view("bfloat16") with ml_dtypes' : '';
  const n = a.bytes.length / ITEM_SIZE[a.element];
  const readable = /^(bool|u?int|float|complex)/.test(a.element) && n <= READABLE_MOST && a.shape.length > 0 && n > 0 && !hasOddNans(a);
  if (readable && !isComplex(a.element)) return `import numpy as np\nfrom numpy import inf, nan\n\na = np.array(${nested(a)}, dtype='${dtype}')\n`;
  if (a.bytes.length > CODE_MOST) throw new Error('More than 1 MiB is too much for the clipboard: download it as .npy.');
  return `import base64\nimport numpy as np\n\na = np.frombuffer(base64.b64decode('${base64(a.bytes)}'), dtype='${dtype}').reshape(${shapeText(a)}).copy()${note}\n`;
}

/** @param {Named} a */
function nested(a) {
  const text = texts(a);
  let at = 0;
  const part = (/** @type {number} */ k) => {
    const items = Array.from({ length: a.shape[k] }, () => (k === a.shape.length - 1 ? text(at++) : part(k + 1)));
    return `[${items.join(k === a.shape.length - 1 ? ', ' : `,\n${' '.repeat(14 + k)}`)}]`;
  };
  return part(0);
}

/** @param {Uint8Array} b */
function base64(b) {
  let s = '';
  for (let i = 0; i < b.length; i += 8190) s += String.fromCharCode(...b.subarray(i, i + 8190));
  return btoa(s);
}
