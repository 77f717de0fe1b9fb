/** SPEC 10: reversible filters on one block. Words of 64 bits are pairs of 32-bit halves, low half first. */

/** @typedef {{code: number, name?: string, params: number[]}} Filter */

/** Registry 14.3; `params` counts u32s, and of two filters the one with the lower stage is applied first. */
export const FILTERS = Object.freeze({
  0x01: { name: 'order', stage: 1, params: 0 }, 0x02: { name: 'delta', stage: 2, params: 1 }, 0x03: { name: 'lorenzo', stage: 2, params: 2 },
  0x04: { name: 'zigzag', stage: 3, params: 0 }, 0x05: { name: 'shuffle', stage: 4, params: 0 }, 0x06: { name: 'bytedelta', stage: 5, params: 0 },
  0x07: { name: 'decimal', stage: 1, params: 1 },
});
export const DECIMAL = 0x07;
const MAX_EXPONENT = 22;
export const FILTER_CODES = Object.freeze(Object.fromEntries(Object.entries(FILTERS).map(([c, f]) => [f.name, Number(c)])));

/** [HDR-12] for the parameters of one registered filter. @param {number} code @param {number[]} p u32 each */
export function paramsValid(code, p) {
  if (p.length !== FILTERS[code].params) return false;
  if (code === 2) return p[0] >= 1;
  if (code === 3) return p[0] >= 1 && p[0] < p[1];
  if (code === DECIMAL) return p[0] <= MAX_EXPONENT;
  return true;
}

const LITTLE = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Turns the bytes of each word round, for a machine that is big-endian. @param {Uint8Array} b @param {number} size */
function swap(b, size) {
  if (LITTLE || size === 1) return;
  for (let i = 0; i < b.length; i += size) b.subarray(i, i + size).reverse();
}

/** Words of the bytes (at offset 0 of their buffer). @param {Uint8Array} b @param {number} w */
function words(b, w) {
  swap(b, Math.min(w, 32) / 8);
  return w === 8 ? b : w === 16 ? new Uint16Array(b.buffer) : new Uint32Array(b.buffer);
}

/** @param {Uint8Array} b @param {number} w */
function unorder(b, w) {
  const x = words(b, w);
  if (w === 64) {
    for (let i = 0; i < x.length; i += 2) {
      if (x[i + 1] >>> 31) x[i + 1] ^= 0x80000000;
      else {
        x[i] = ~x[i];
        x[i + 1] = ~x[i + 1];
      }
    }
  } else {
    const top = 2 ** (w - 1);
    for (let i = 0; i < x.length; i++) x[i] = x[i] >= top ? x[i] - top : ~x[i];
  }
  swap(b, Math.min(w, 32) / 8);
}

/** @param {Uint8Array} b @param {number} w */
function order(b, w) {
  const x = words(b, w);
  if (w === 64) {
    for (let i = 0; i < x.length; i += 2) {
      if (x[i + 1] >>> 31) {
        x[i] = ~x[i];
        x[i + 1] = ~x[i + 1];
      } else x[i + 1] ^= 0x80000000;
    }
  } else {
    const top = 2 ** (w - 1);
    for (let i = 0; i < x.length; i++) x[i] = x[i] >= top ? ~x[i] : x[i] + top;
  }
  swap(b, Math.min(w, 32) / 8);
}

/** @param {Uint8Array} b @param {number} w @param {number} lag */
function undelta(b, w, lag) {
  const x = words(b, w);
  if (w === 64) {
    const l = lag * 2;
    for (let i = l; i < x.length; i += 2) {
      const lo = x[i] + x[i - l];
      x[i] = lo;
      x[i + 1] = x[i + 1] + x[i + 1 - l] + (lo > 0xffffffff ? 1 : 0);
    }
  } else {
    for (let i = lag; i < x.length; i++) x[i] += x[i - lag];
  }
  swap(b, Math.min(w, 32) / 8);
}

/** @param {Uint8Array} b @param {number} w @param {number} lag */
function delta(b, w, lag) {
  const x = words(b, w);
  if (w === 64) {
    const l = lag * 2;
    for (let i = x.length - 2; i >= l; i -= 2) {
      const lo = x[i] - x[i - l];
      x[i] = lo;
      x[i + 1] = x[i + 1] - x[i + 1 - l] - (lo < 0 ? 1 : 0);
    }
  } else {
    for (let i = x.length - 1; i >= lag; i--) x[i] -= x[i - lag];
  }
  swap(b, Math.min(w, 32) / 8);
}

/** @param {Uint8Array} b @param {number} w */
function unzigzag(b, w) {
  const x = words(b, w);
  if (w === 64) {
    for (let i = 0; i < x.length; i += 2) {
      const s = -(x[i] & 1);
      x[i] = ((x[i] >>> 1) | (x[i + 1] << 31)) ^ s;
      x[i + 1] = (x[i + 1] >>> 1) ^ s;
    }
  } else {
    for (let i = 0; i < x.length; i++) x[i] = (x[i] >>> 1) ^ -(x[i] & 1);
  }
  swap(b, Math.min(w, 32) / 8);
}

/** @param {Uint8Array} b @param {number} w */
function zigzag(b, w) {
  const x = words(b, w);
  if (w === 64) {
    for (let i = 0; i < x.length; i += 2) {
      const s = x[i + 1] >>> 31 ? -1 : 0;
      x[i + 1] = ((x[i + 1] << 1) | (x[i] >>> 31)) ^ s;
      x[i] = (x[i] << 1) ^ s;
    }
  } else {
    const top = 2 ** (w - 1);
    for (let i = 0; i < x.length; i++) x[i] = x[i] >= top ? ~(x[i] << 1) : x[i] << 1;
  }
  swap(b, Math.min(w, 32) / 8);
}

/** @param {Uint8Array} x @param {number} w */
function shuffle(x, w) {
  const b = w / 8;
  const m = x.length / b;
  const y = new Uint8Array(x.length);
  for (let j = 0; j < b; j++) for (let i = 0, s = j, o = j * m; i < m; i++, s += b) y[o + i] = x[s];
  return y;
}

/** @param {Uint8Array} y @param {number} w */
function unshuffle(y, w) {
  const b = w / 8;
  const m = y.length / b;
  const x = new Uint8Array(y.length);
  for (let j = 0; j < b; j++) for (let i = 0, o = j, s = j * m; i < m; i++, o += b) x[o] = y[s + i];
  return x;
}

/** One double, and its halves. */
const F = new Float64Array(1);
const H = new Uint32Array(F.buffer);
const [LO, HI] = LITTLE ? [0, 1] : [1, 0];

/**
 * [FLT-7], its own inverse. A NaN is only ever moved as bits: no floating-point operation sees one.
 * @param {Uint8Array} b @param {number} w @param {number} e
 */
function decimal(b, w, e) {
  const power = Number(`1e${e}`); // 10^22 and below are exact
  const x = words(b, w);
  if (w === 32) decimal32(x, power);
  else decimal64(x, power);
  swap(b, 4);
}

/** @param {Uint32Array} x @param {number} power */
function decimal32(x, power) {
  const Q = 0x7fc00000;
  const M = 2 ** 22 - 1;
  const f = new Float32Array(1);
  const bits = new Uint32Array(f.buffer);
  for (let i = 0; i < x.length; i++) {
    const v = x[i];
    if ((v & 0x7f800000) !== 0x7f800000) {
      bits[0] = v;
      const n = Math.round(f[0] * power) + 0; // + 0 makes -0 a 0
      if (n < -M || n > M) continue;
      f[0] = n / power;
      if (bits[0] === v) x[i] = Q + n;
    } else if (v > 0x7f800000 && v < 0x80000000) {
      f[0] = (v - Q) / power;
      x[i] = bits[0];
    }
  }
}

/** @param {Uint32Array} x halves, low first @param {number} power */
function decimal64(x, power) {
  const Q_HIGH = 0x7ff80000;
  const M = 2 ** 51 - 1;
  for (let i = 0; i < x.length; i += 2) {
    const low = x[i];
    const high = x[i + 1];
    if ((high & 0x7ff00000) !== 0x7ff00000) {
      H[LO] = low;
      H[HI] = high;
      const n = Math.round(F[0] * power) + 0;
      if (n < -M || n > M) continue;
      F[0] = n / power;
      if (H[LO] !== low || H[HI] !== high) continue;
      const up = Math.floor(n / 2 ** 32);
      x[i] = n - up * 2 ** 32;
      x[i + 1] = Q_HIGH + up;
    } else if (high < 0x80000000 && (high > 0x7ff00000 || low > 0)) {
      F[0] = ((high - Q_HIGH) * 2 ** 32 + low) / power;
      x[i] = H[LO];
      x[i + 1] = H[HI];
    }
  }
}

/**
 * Canonical bytes -> filtered bytes. The input is left as it is.
 * @param {Uint8Array} bytes @param {Filter[]} filters in the order of the record @param {number} w bits of a component
 */
export function applyFilters(bytes, filters, w) {
  if (filters.length === 0) return bytes;
  let x = new Uint8Array(bytes);
  for (const { code, params } of filters) {
    if (code === 1) order(x, w);
    else if (code === 2) delta(x, w, params[0]);
    else if (code === 3) {
      delta(x, w, params[0]);
      delta(x, w, params[1]);
    } else if (code === 4) zigzag(x, w);
    else if (code === 5) x = shuffle(x, w);
    else if (code === DECIMAL) decimal(x, w, params[0]);
    else for (let i = x.length - 1; i > 0; i--) x[i] -= x[i - 1];
  }
  return x;
}

/**
 * Filtered bytes -> canonical bytes. The input is left as it is.
 * @param {Uint8Array} bytes @param {Filter[]} filters in the order of the record @param {number} w bits of a component
 */
export function undoFilters(bytes, filters, w) {
  if (filters.length === 0) return bytes;
  let x = new Uint8Array(bytes);
  for (const { code, params } of filters.slice().reverse()) {
    if (code === 1) unorder(x, w);
    else if (code === 2) undelta(x, w, params[0]);
    else if (code === 3) {
      undelta(x, w, params[1]);
      undelta(x, w, params[0]);
    } else if (code === 4) unzigzag(x, w);
    else if (code === 5) x = unshuffle(x, w);
    else if (code === DECIMAL) decimal(x, w, params[0]);
    else for (let i = 1; i < x.length; i++) x[i] += x[i - 1];
  }
  return x;
}
