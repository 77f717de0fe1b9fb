/** Elements as numbers to draw, as text, and as bits. Only `number` may round; the bytes are never changed. */

const NOT_A_TIME = -(2n ** 63n);
export const PARTS = ['magnitude', 'phase', 'real', 'imag'];

/** @type {Float32Array|undefined} */
let halves;
/** @type {Float32Array|undefined} */
let brains;

/** All 65,536 binary16 numbers. */
function halfTable() {
  return halves ??= Float32Array.from({ length: 65536 }, (_, v) => {
    const e = (v >> 10) & 31;
    const m = v & 1023;
    const size = e === 31 ? (m ? NaN : Infinity) : e ? (1 + m / 1024) * 2 ** (e - 15) : m * 2 ** -24;
    return v & 0x8000 ? -size : size;
  });
}

/** All 65,536 bfloat16 numbers. */
function brainTable() {
  return brains ??= new Float32Array(Uint32Array.from({ length: 65536 }, (_, v) => v << 16).buffer);
}

/**
 * An array: `dims` are its dimensions exactly, `shape` as doubles.
 * @typedef {{element: string, unit: string|null, unitCount: number, shape: number[], dims: string[], bytes: Uint8Array}} Numbers
 */

const VIEWS = {
  bool: Uint8Array, int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array,
  uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array,
  float16: Uint16Array, bfloat16: Uint16Array, float32: Float32Array, float64: Float64Array,
  complex64: Float32Array, complex128: Float64Array, datetime64: BigInt64Array, timedelta64: BigInt64Array,
};
export const ITEM_SIZE = {
  bool: 1, int8: 1, int16: 2, int32: 4, int64: 8, uint8: 1, uint16: 2, uint32: 4, uint64: 8,
  float16: 2, bfloat16: 2, float32: 4, float64: 8, complex64: 8, complex128: 16, datetime64: 8, timedelta64: 8,
};
export const isComplex = (/** @type {string} */ element) => element.startsWith('complex');
export const isTime = (/** @type {string} */ element) => element.endsWith('time64') || element === 'timedelta64';
export const isFloat = (/** @type {string} */ element) => /float|complex/.test(element);
/** Elements of which a double holds every value. */
export const isWide = (/** @type {string} */ element) => ['int64', 'uint64', 'datetime64', 'timedelta64'].includes(element);

/** The bytes as a typed array; every browser's machine is little-endian. @param {Numbers} a */
export function typed(a) {
  const View = VIEWS[a.element];
  const bytes = a.bytes.byteOffset % View.BYTES_PER_ELEMENT ? a.bytes.slice() : a.bytes;
  return new View(bytes.buffer, bytes.byteOffset, bytes.length / View.BYTES_PER_ELEMENT);
}

/** A function from an element's place to a number. @param {Numbers} a @param {string} [part] of a complex number @returns {(i: number) => number} */
export function numbers(a, part = 'magnitude') {
  const v = typed(a);
  switch (a.element) {
    case 'float16': {
      const t = halfTable();
      return (i) => t[v[i]];
    }
    case 'bfloat16': {
      const t = brainTable();
      return (i) => t[v[i]];
    }
    case 'int64': case 'uint64': return (i) => Number(v[i]);
    case 'datetime64': case 'timedelta64': return (i) => (v[i] === NOT_A_TIME ? NaN : Number(v[i]));
    case 'complex64': case 'complex128':
      if (part === 'real') return (i) => v[2 * i];
      if (part === 'imag') return (i) => v[2 * i + 1];
      if (part === 'phase') return (i) => (Number.isFinite(v[2 * i]) && Number.isFinite(v[2 * i + 1]) ? Math.atan2(v[2 * i + 1], v[2 * i]) : NaN);
      return (i) => Math.hypot(v[2 * i], v[2 * i + 1]);
    default: return (i) => v[i];
  }
}

/** The shortest decimal that reads back as the same number of `bits`. @param {number} v @param {'float64'|'float32'|'float16'|'bfloat16'} kind */
export function floatText(v, kind) {
  if (Number.isNaN(v)) return 'nan';
  if (!Number.isFinite(v)) return v > 0 ? 'inf' : '-inf';
  if (Object.is(v, -0)) return '-0.0';
  let text = String(v);
  if (kind !== 'float64') {
    const same = kind === 'float32' ? (/** @type {number} */ x) => Math.fround(x) === v : (/** @type {number} */ x) => nearest(x, kind) === v;
    for (let digits = 1; digits <= 17; digits++) {
      const short = Number(v.toPrecision(digits));
      if (same(short)) {
        text = String(short);
        break;
      }
    }
  }
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The nearest binary16 or bfloat16, ties to even, as a number. @param {number} x @param {string} kind */
function nearest(x, kind) {
  const [digits, least] = kind === 'float16' ? [11, -24] : [8, -133];
  const size = Math.abs(x);
  if (size === 0) return x;
  const step = 2 ** Math.max(Math.floor(Math.log2(size)) - digits + 1, least);
  const q = x / step;
  const low = Math.floor(q);
  return (q - low < 0.5 || (q - low === 0.5 && low % 2 === 0) ? low : low + 1) * step;
}

const MS_PER_UNIT = { W: 6048e5, D: 864e5, h: 36e5, m: 6e4, s: 1e3, ms: 1 };
const DIGITS = { us: 6, ns: 9, ps: 12, fs: 15, as: 18 };

/** A date as numpy writes it. @param {bigint} ticks @param {string} unit @param {number} count */
function dateText(ticks, unit, count) {
  if (ticks === NOT_A_TIME) return 'NaT';
  const t = ticks * BigInt(count);
  if (unit === 'generic') return `${t} (no unit)`;
  if (unit === 'Y') return yearText(t + 1970n);
  if (unit === 'M') {
    const year = floorDiv(t, 12n);
    return `${yearText(year + 1970n)}-${String(t - year * 12n + 1n).padStart(2, '0')}`;
  }
  const perSecond = unit in DIGITS ? 10n ** BigInt(DIGITS[unit]) : 1000n;
  const fine = unit in DIGITS ? t : t * BigInt(MS_PER_UNIT[unit]);
  const seconds = floorDiv(fine, perSecond);
  const day = floorDiv(seconds, 86400n);
  const date = civil(day);
  if (unit === 'D' || unit === 'W') return date;
  const s = Number(seconds - day * 86400n);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const clock = [two(Math.floor(s / 3600)), two(Math.floor(s / 60) % 60), two(s % 60)];
  const head = `${date}T`;
  if (unit === 'h') return head + clock[0];
  if (unit === 'm') return head + clock.slice(0, 2).join(':');
  if (unit === 's') return head + clock.join(':');
  const digits = unit === 'ms' ? 3 : DIGITS[unit];
  return `${head}${clock.join(':')}.${String(fine - seconds * perSecond).padStart(digits, '0')}`;
}

/** @param {bigint} a @param {bigint} b above 0 */
function floorDiv(a, b) {
  const q = a / b;
  return a % b < 0n ? q - 1n : q;
}

/** @param {bigint} y */
const yearText = (y) => (y < 0n ? `-${String(-y).padStart(4, '0')}` : String(y).padStart(4, '0'));

/** Days since 1970-01-01 as a date of the proleptic Gregorian calendar. @param {bigint} days */
function civil(days) {
  const z = days + 719468n;
  const era = floorDiv(z, 146097n);
  const doe = z - era * 146097n;
  const yoe = (doe - doe / 1460n + doe / 36524n - doe / 146096n) / 365n;
  const doy = doe - (365n * yoe + yoe / 4n - yoe / 100n);
  const mp = (5n * doy + 2n) / 153n;
  const month = mp < 10n ? mp + 3n : mp - 9n;
  const year = yoe + era * 400n + (month <= 2n ? 1n : 0n);
  const two = (/** @type {bigint} */ n) => String(n).padStart(2, '0');
  return `${yearText(year)}-${two(month)}-${two(doy - (153n * mp + 2n) / 5n + 1n)}`;
}

/** A function from an element's place to its exact value in words of its own. @param {Numbers} a @returns {(i: number) => string} */
export function texts(a) {
  const v = typed(a);
  const get = numbers(a);
  switch (a.element) {
    case 'bool': return (i) => (v[i] ? 'True' : 'False');
    case 'float16': case 'bfloat16': case 'float32': case 'float64': return (i) => floatText(get(i), a.element);
    case 'complex64': case 'complex128': {
      const kind = a.element === 'complex64' ? 'float32' : 'float64';
      return (i) => {
        const im = floatText(v[2 * i + 1], kind);
        return `${floatText(v[2 * i], kind)}${im[0] === '-' ? im : `+${im}`}j`;
      };
    }
    case 'datetime64': return (i) => dateText(v[i], a.unit ?? 'generic', a.unitCount);
    case 'timedelta64': return (i) => (v[i] === NOT_A_TIME ? 'NaT' : `${v[i] * BigInt(a.unitCount)}${a.unit === 'generic' ? '' : ` ${a.unit}`}`);
    default: return (i) => String(v[i]);
  }
}

/** An element's bits, most significant first; a complex number's real part, then its imaginary one. @param {Numbers} a @param {number} i */
export function hexOf(a, i) {
  const size = ITEM_SIZE[a.element];
  const part = isComplex(a.element) ? size / 2 : size;
  const words = [];
  for (let o = i * size; o < (i + 1) * size; o += part) {
    words.push(`0x${Array.from(a.bytes.subarray(o, o + part), (b) => b.toString(16).padStart(2, '0')).reverse().join('')}`);
  }
  return words.join(' ');
}
