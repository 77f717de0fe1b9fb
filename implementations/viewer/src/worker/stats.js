/** What is to be said of an array as a whole, or of a slice: range, mean, what is not finite, histogram. */
import { isTime, isWide, numbers, texts, typed } from './elements.js';

const BINS = 64;
const STEP = 4096; // elements summed on their own, so that the mean of many does not drift

/**
 * @typedef {{count: number, finite: number, nan: number, positiveInfinite: number, negativeInfinite: number, min: number, max: number,
 *   leastPositive: number, mean: number, minText: string, maxText: string, minAt: number, maxAt: number, zeros: number}} Stats
 */

/**
 * @param {import('./elements.js').Numbers} a @param {string} [part] @param {(done: number) => void} [onProgress]
 * @returns {Stats}
 */
export function statistics(a, part, onProgress) {
  const get = numbers(a, part);
  const n = a.shape.reduce((x, y) => x * y, 1);
  let [nan, positiveInfinite, negativeInfinite, zeros, total] = [0, 0, 0, 0, 0];
  let [min, max, leastPositive, minAt, maxAt] = [Infinity, -Infinity, Infinity, -1, -1];
  for (let from = 0; from < n; from += STEP) {
    const to = Math.min(n, from + STEP);
    let sum = 0;
    for (let i = from; i < to; i++) {
      const v = get(i);
      if (v - v !== 0) {
        if (v === Infinity) positiveInfinite++;
        else if (v === -Infinity) negativeInfinite++;
        else nan++;
        continue;
      }
      sum += v;
      if (v < min) {
        min = v;
        minAt = i;
      }
      if (v > max) {
        max = v;
        maxAt = i;
      }
      if (v > 0 && v < leastPositive) leastPositive = v;
      if (v === 0) zeros++;
    }
    total += sum;
    if (onProgress && from % (STEP * 256) === 0) onProgress(from / n);
  }
  if (isWide(a.element)) [minAt, maxAt] = exactEnds(a);
  const finite = n - nan - positiveInfinite - negativeInfinite;
  const text = texts(a);
  const plain = (/** @type {number} */ at, /** @type {number} */ v) => (at < 0 ? 'none' : part ? String(v) : text(at));
  return {
    count: n, finite, nan, positiveInfinite, negativeInfinite, zeros, min, max, leastPositive, minAt, maxAt,
    mean: finite ? total / finite : NaN, minText: plain(minAt, min), maxText: plain(maxAt, max),
  };
}

/** Where the least and the greatest of 64-bit numbers are: doubles cannot tell all of them apart. @param {import('./elements.js').Numbers} a */
function exactEnds(a) {
  const v = /** @type {BigInt64Array} */ (typed(a));
  const skip = isTime(a.element) ? -(2n ** 63n) : null;
  let [low, high] = [-1, -1];
  for (let i = 0; i < v.length; i++) {
    if (v[i] === skip) continue;
    if (low < 0 || v[i] < v[low]) low = i;
    if (high < 0 || v[i] > v[high]) high = i;
  }
  return [low, high];
}

/**
 * Counts of finite numbers in equal steps from lo to hi.
 * @param {import('./elements.js').Numbers} a @param {string|undefined} part @param {number} lo @param {number} hi
 */
export function histogram(a, part, lo, hi) {
  const counts = new Array(BINS).fill(0);
  if (!(lo <= hi)) return counts;
  const get = numbers(a, part);
  const n = a.shape.reduce((x, y) => x * y, 1);
  const scale = hi / 2 - lo / 2;
  for (let i = 0; i < n; i++) {
    const v = get(i);
    if (v >= lo && v <= hi) counts[scale > 0 ? Math.min(BINS - 1, Math.floor(((v / 2 - lo / 2) / scale) * BINS)) : 0]++;
  }
  return counts;
}
