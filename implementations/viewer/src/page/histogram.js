/** The histogram: bars from the least to the greatest finite value. */
import { short } from './dom.js';

/** @param {HTMLCanvasElement} canvas @param {{bins: number[], min: number, max: number, finite: number}} stats */
export function drawHistogram(canvas, { bins, min, max, finite }) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = 90 * ratio;
  const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const style = getComputedStyle(canvas);
  const text = 16 * ratio;
  const most = Math.max(1, ...bins);
  c.fillStyle = style.getPropertyValue('--accent');
  const w = canvas.width / bins.length;
  bins.forEach((n, i) => {
    const tall = n ? Math.max(1, (n / most) * (canvas.height - text)) : 0;
    c.fillRect(i * w, canvas.height - text - tall, Math.max(1, w - 1), tall);
  });
  c.fillStyle = style.getPropertyValue('--soft');
  c.font = `${11 * ratio}px system-ui, sans-serif`;
  c.textBaseline = 'bottom';
  if (finite) {
    c.fillText(short(min), 0, canvas.height);
    c.textAlign = 'right';
    c.fillText(short(max), canvas.width, canvas.height);
  }
  const peak = bins.indexOf(most);
  const at = (/** @type {number} */ i) => short(min + ((max - min) * i) / bins.length);
  canvas.setAttribute('aria-label', finite ? `Histogram of ${finite} finite values from ${short(min)} to ${short(max)}; most, ${most}, lie between ${at(peak)} and ${at(peak + 1)}` : 'No finite values');
}
