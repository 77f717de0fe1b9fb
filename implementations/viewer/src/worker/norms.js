/** Where a value lies between the two ends of a colour map: 0 to 1, beyond on either side, or NaN. As reference/intaglio/_norms.py has it. */

const SYMLOG_LINEAR_SHARE = 1e-3;
const SYMLOG_LINEAR_HEIGHT = 1 / 0.9;

/**
 * The ends as given, else from the data.
 * @param {import('./stats.js').Stats} stats @param {{kind: string, vmin: number|null, vmax: number|null}} wish
 */
export function ends(stats, { kind, vmin, vmax }) {
  let [lo, hi] = stats.finite ? [stats.min, stats.max] : [0, 0];
  if (kind === 'log') {
    lo = Number.isFinite(stats.leastPositive) ? stats.leastPositive : 1;
    hi = Math.max(lo, hi);
  }
  [lo, hi] = [vmin ?? lo, vmax ?? hi];
  if (lo > hi) [lo, hi] = vmax === null ? [lo, lo] : [hi, hi];
  return { kind, lo, hi };
}

/** @param {{kind: string, lo: number, hi: number}} norm @returns {(v: number) => number} */
export function placer({ kind, lo, hi }) {
  if (!(lo < hi)) return () => 0;
  if (kind === 'log') {
    const low = Math.log10(lo);
    const range = Math.log10(hi) - low;
    return (v) => (Math.log10(v) - low) / range;
  }
  if (kind === 'symlog') {
    const linear = Math.max(Math.abs(lo), Math.abs(hi)) * SYMLOG_LINEAR_SHARE || 1;
    const f = (/** @type {number} */ v) => {
      const size = Math.abs(v);
      return Math.sign(v) * (size > linear ? Math.log10(size) - Math.log10(linear) + SYMLOG_LINEAR_HEIGHT : (size / linear) * SYMLOG_LINEAR_HEIGHT);
    };
    const low = f(lo);
    const range = f(hi) - low;
    return (v) => (f(v) - low) / range;
  }
  const range = hi - lo;
  if (Number.isFinite(range)) return (v) => (v - lo) / range;
  return (v) => (v / 2 - lo / 2) / (hi / 2 - lo / 2);
}
