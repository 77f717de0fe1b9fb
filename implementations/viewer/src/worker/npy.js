/** NumPy's .npy: written as np.save writes it, byte for byte; read in all its versions and byte orders. */
import { ITEM_SIZE, isTime } from './elements.js';

const MAGIC = '\x93NUMPY';
const DESCR = {
  bool: '|b1', int8: '|i1', int16: '<i2', int32: '<i4', int64: '<i8', uint8: '|u1', uint16: '<u2', uint32: '<u4', uint64: '<u8',
  float16: '<f2', float32: '<f4', float64: '<f8', bfloat16: '<V2', complex64: '<c8', complex128: '<c16',
};
const ELEMENT = Object.fromEntries(Object.entries(DESCR).filter(([e]) => e !== 'bfloat16').map(([e, d]) => [d.slice(1), e]));
const UNITS = ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as'];
const GROWTH_DIGITS = 21;

/** NumPy's name of an element. @param {import('./elements.js').Numbers} a */
export function descr(a) {
  if (!isTime(a.element)) return DESCR[a.element];
  const unit = a.unit === 'generic' || a.unit === null ? '' : `[${a.unitCount === 1 ? '' : a.unitCount}${a.unit}]`;
  return `${a.element === 'datetime64' ? '<M8' : '<m8'}${unit}`;
}

/** The shape as Python has it. @param {import('./elements.js').Numbers} a */
export const shapeText = (a) => (a.dims.length === 1 ? `(${a.dims[0]},)` : `(${a.dims.join(', ')})`);

/** The bytes before the array's own. @param {import('./elements.js').Numbers} a @returns {Uint8Array} */
export function npyHeader(a) {
  let text = `{'descr': '${descr(a)}', 'fortran_order': False, 'shape': ${shapeText(a)}, }`;
  if (a.dims.length) text += ' '.repeat(GROWTH_DIGITS - a.dims[0].length);
  text = text.padEnd(text.length + 64 - ((text.length + 11) % 64)) + '\n';
  const out = new Uint8Array(10 + text.length);
  put(out, MAGIC + '\x01\x00' + String.fromCharCode(text.length & 255, text.length >> 8) + text);
  return out;
}

/** @param {Uint8Array} out @param {string} latin1 */
function put(out, latin1) {
  for (let i = 0; i < latin1.length; i++) out[i] = latin1.charCodeAt(i);
}

/** @param {Uint8Array} file */
export const isNpy = (file) => file.length > 10 && [...MAGIC].every((c, i) => file[i] === c.charCodeAt(0));

/** An array of a .npy file; an Error says why not. @param {Uint8Array} file @returns {import('./elements.js').Numbers} */
export function readNpy(file) {
  const dv = new DataView(file.buffer, file.byteOffset, file.length);
  const long = file[6] >= 2;
  const start = long ? 12 : 10;
  if (!isNpy(file) || file[6] < 1 || file[6] > 3 || file.length < start) throw new Error('This is not a .npy file of version 1, 2 or 3.');
  const length = long ? dv.getUint32(8, true) : dv.getUint16(8, true);
  const header = new TextDecoder('latin1').decode(file.subarray(start, start + length));
  const m = /^\{\s*'descr':\s*'([^']*)',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(([\d,\s]*)\),?\s*\}\s*$/.exec(header);
  if (!m) throw new Error('Its header holds more than one plain array (records and objects cannot be carried).');
  const shape = m[3].split(',').map((t) => t.trim()).filter(Boolean).map(Number);
  if (shape.length > 32) throw new Error('It has more than 32 dimensions.');
  const { element, unit, unitCount } = kind(m[1]);
  const size = ITEM_SIZE[element];
  const n = shape.reduce((x, y) => x * y, 1);
  const data = file.subarray(start + length);
  if (data.length < n * size) throw new Error(`It is cut off: ${n * size} bytes are announced, ${data.length} are there.`);
  let bytes = data.slice(0, n * size);
  if (m[1][0] === '>') swap(bytes, element.startsWith('complex') ? size / 2 : size);
  if (m[2] === 'True') bytes = toC(bytes, shape, size);
  return { element, unit, unitCount, shape, dims: shape.map(String), bytes };
}

/** @param {string} descr */
function kind(descr) {
  const time = /^[<>=|]?([mM])8(?:\[(\d*)(\w+)\])?$/.exec(descr);
  if (time && (!time[3] || UNITS.includes(time[3]))) {
    return { element: time[1] === 'M' ? 'datetime64' : 'timedelta64', unit: time[3] ?? 'generic', unitCount: Number(time[2] || 1) };
  }
  const element = ELEMENT[descr.slice(1)];
  if (!element) throw new Error(`Its type ${descr} cannot be carried: bool, integers, floats to 64 bits, complex and times can.`);
  return { element, unit: null, unitCount: 0 };
}

/** @param {Uint8Array} b @param {number} size */
function swap(b, size) {
  if (size > 1) for (let i = 0; i < b.length; i += size) b.subarray(i, i + size).reverse();
}

/** From the order in which the first dimension varies fastest. @param {Uint8Array} b @param {number[]} shape @param {number} size */
function toC(b, shape, size) {
  const out = new Uint8Array(b.length);
  const n = b.length / size;
  const index = shape.map(() => 0);
  const steps = shape.map((_, k) => shape.slice(0, k).reduce((x, y) => x * y, 1));
  for (let i = 0, from = 0; i < n; i++) {
    out.set(b.subarray(from * size, (from + 1) * size), i * size);
    for (let k = shape.length - 1; k >= 0; k--) {
      from += steps[k];
      if (++index[k] < shape[k]) break;
      from -= steps[k] * shape[k];
      index[k] = 0;
    }
  }
  return out;
}
