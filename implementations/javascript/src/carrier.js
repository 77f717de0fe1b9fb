/** SPEC 5: RGBA pixels -> prologue and body, and back. */

export const PROLOGUE = 80;

/** Names people use for depths. */
export const PROFILES = Object.freeze({
  opaque: [3, 2, 3, 0], fine: [2, 2, 2, 0], dense: [4, 4, 4, 0], denser: [5, 5, 6, 0], raw: [8, 8, 8, 0],
  rgba: [2, 2, 2, 2], 'rgba-dense': [4, 4, 4, 4],
});

/** [CAR-4] @param {ArrayLike<number>} d */
export function depthsValid(d) {
  const [r, g, b, a] = [d[0], d[1], d[2], d[3]];
  return [r, g, b, a].every((v) => Number.isInteger(v) && v >= 0 && v <= 8) && a <= 4 && r + g + b + a >= 1;
}

/** Bits per pixel. @param {ArrayLike<number>} d */
export const bitsPerPixel = (d) => d[0] + d[1] + d[2] + d[3];

/** [CAR-3] @param {number} width @param {number} height @param {ArrayLike<number>} depths @returns {bigint} */
export function capacity(width, height, depths) {
  const bits = (BigInt(width) * BigInt(height) - 160n) * BigInt(bitsPerPixel(depths));
  return bits < 0n ? -1n : bits / 8n;
}

/** [CAR-1] for the first n bytes. @param {Uint8Array} rgba @param {number} n */
export function readPrologueBytes(rgba, n) {
  const out = new Uint8Array(n);
  for (let k = 0, o = 0; k < n; k++, o += 4) out[k] = ((rgba[o] & 7) << 5) | ((rgba[o + 1] & 3) << 3) | (rgba[o + 2] & 7);
  return out;
}

/** The pixels one needs to read the first `bytes` bytes of body. @param {number} bytes @param {ArrayLike<number>} depths */
export const pixelsForBody = (bytes, depths) => PROLOGUE + Math.ceil((bytes * 8) / bitsPerPixel(depths));

/**
 * [CAR-2]: bytes [offset, offset + length) of the body.
 * @param {Uint8Array} rgba @param {ArrayLike<number>} depths @param {number} offset @param {number} length
 */
export function readBody(rgba, depths, offset, length) {
  const out = new Uint8Array(length);
  const S = bitsPerPixel(depths);
  const firstBit = offset * 8;
  const pixel = Math.floor(firstBit / S);
  let skip = firstBit - pixel * S;
  const ch = [0, 1, 2, 3].filter((c) => depths[c] > 0);
  const d = ch.map((c) => depths[c]);
  const masks = d.map((v) => (1 << v) - 1);
  let acc = 0;
  let n = 0; // bits in acc
  for (let o = (PROLOGUE + pixel) * 4, at = 0; at < length; o += 4) {
    for (let k = 0; k < ch.length; k++) {
      let bits = d[k];
      let v = rgba[o + ch[k]] & masks[k];
      if (skip > 0) {
        if (skip >= bits) {
          skip -= bits;
          continue;
        }
        bits -= skip;
        v &= (1 << bits) - 1;
        skip = 0;
      }
      acc = (acc << bits) | v;
      n += bits;
      if (n >= 8) {
        n -= 8;
        out[at++] = acc >> n; // at may pass `length` within the last pixel: writes past the end are dropped
        acc &= (1 << n) - 1;
      }
    }
  }
  return out;
}

/** The value congruent to `bits` modulo 2^depth that is nearest to `v`. @param {number} v @param {number} bits @param {number} depth */
function nearest(v, bits, depth) {
  const size = 1 << depth;
  const base = (v & ~(size - 1)) | bits;
  let best = base;
  if (base - size >= 0 && Math.abs(base - size - v) < Math.abs(best - v)) best = base - size;
  if (base + size <= 255 && Math.abs(base + size - v) < Math.abs(best - v)) best = base + size;
  return best;
}

/**
 * Writes prologue, body and echo into the pixels, in place ([CAR-1], [CAR-2], [CAR-5], [CAR-6]).
 * @param {Uint8Array} rgba alpha all 255 @param {Uint8Array} prologue @param {Uint8Array} body @param {ArrayLike<number>} depths
 */
export function embed(rgba, prologue, body, depths) {
  const pixels = rgba.length / 4;
  for (const first of [0, pixels - PROLOGUE]) {
    for (let k = 0; k < PROLOGUE; k++) {
      const o = (first + k) * 4;
      const b = prologue[k];
      rgba[o] = nearest(rgba[o], b >> 5, 3);
      rgba[o + 1] = nearest(rgba[o + 1], (b >> 3) & 3, 2);
      rgba[o + 2] = nearest(rgba[o + 2], b & 7, 3);
      rgba[o + 3] = 255;
    }
  }
  let acc = 0;
  let n = 0;
  let at = 0;
  for (let o = PROLOGUE * 4; at < body.length || n > 0; o += 4) {
    for (let c = 0; c < 4; c++) {
      const d = depths[c];
      if (d === 0) continue;
      if (n < d && at < body.length) {
        acc = (acc << 8) | body[at++];
        n += 8;
      }
      if (n === 0) break;
      if (n < d) {
        // The body ends within this channel: keep the cover's bits after it.
        const rest = d - n;
        acc = (acc << rest) | (rgba[o + c] & ((1 << rest) - 1));
        n = d;
      }
      n -= d;
      const bits = acc >> n;
      acc &= (1 << n) - 1;
      // Alpha never falls to 0: its high bits are all ones.
      rgba[o + c] = c === 3 ? (255 & ~((1 << d) - 1)) | bits : nearest(rgba[o + c], bits, d);
    }
  }
}
