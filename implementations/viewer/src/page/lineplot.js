/** The line plot of a one-dimensional array: least and greatest of each pixel column, or points and lines when few. */
import { placer } from '../worker/norms.js';
import { Latest } from './client.js';

const HEIGHT = 300;

export class LinePlot {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{columns: (from: number, to: number, width: number) => Promise<{low: Float64Array, high: Float64Array}>,
   *   onCursor: (i: number) => void, onView: (text: string) => void}} hooks
   */
  constructor(canvas, hooks) {
    this.canvas = canvas;
    this.hooks = hooks;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.latest = new Latest();
    this.active = false;
    this.n = 1;
    this.from = 0;
    this.to = 1;
    /** @type {number|null} */
    this.cursor = null;
    this.norm = { kind: 'linear', lo: 0, hi: 1 };
    /** @type {number|null} */
    this.held = null;
    this.listen();
  }

  /** @param {number} n @param {{kind: string, lo: number, hi: number}} norm @param {boolean} keep */
  show(n, norm, keep) {
    if (!(this.active && keep && n === this.n)) [this.from, this.to] = [0, n];
    this.active = true;
    this.n = n;
    this.norm = norm;
    this.resize();
  }

  resize() {
    if (!this.active) return;
    this.ratio = window.devicePixelRatio || 1;
    this.canvas.style.height = `${HEIGHT}px`;
    this.canvas.width = Math.max(1, Math.round(this.canvas.clientWidth * this.ratio));
    this.canvas.height = HEIGHT * this.ratio;
    this.redraw();
  }

  fit() {
    [this.from, this.to] = [0, this.n];
    this.redraw();
  }

  /** @param {number} factor @param {number} [px] */
  zoom(factor, px = this.canvas.width / 2) {
    const share = px / this.canvas.width;
    const width = Math.min(this.n, Math.max(4, Math.round((this.to - this.from) / factor)));
    this.moveTo(Math.round(this.from + (this.to - this.from - width) * share), width);
  }

  /** @param {number} from @param {number} width */
  moveTo(from, width) {
    this.from = Math.max(0, Math.min(this.n - width, from));
    this.to = Math.min(this.n, this.from + width);
    this.redraw();
  }

  redraw() {
    if (!this.active) return;
    this.hooks.onView(`elements ${this.from} to ${this.to - 1} of ${this.n}`);
    void this.latest.run(async () => {
      const { from, to } = this;
      const count = to - from;
      const few = count <= this.canvas.width / 3;
      const { low, high } = await this.hooks.columns(from, to, few ? count : this.canvas.width);
      if (this.active) this.paint(low, high, few);
    });
  }

  /** @param {Float64Array} low @param {Float64Array} high @param {boolean} few */
  paint(low, high, few) {
    const c = this.context;
    const { width, height } = this.canvas;
    const style = getComputedStyle(this.canvas);
    const place = placer(this.norm);
    const pad = 10 * (this.ratio ?? 1);
    const level = this.norm.lo < this.norm.hi ? place : () => 0.5;
    const y = (/** @type {number} */ v) => height - pad - Math.min(1.02, Math.max(-0.02, level(v))) * (height - 2 * pad);
    c.clearRect(0, 0, width, height);
    if (this.norm.kind === 'linear' && this.norm.lo < 0 && this.norm.hi > 0) {
      c.fillStyle = style.getPropertyValue('--line');
      c.fillRect(0, y(0), width, 1);
    }
    c.strokeStyle = c.fillStyle = style.getPropertyValue('--accent');
    c.lineWidth = 1.5 * (this.ratio ?? 1);
    const x = (/** @type {number} */ i) => (few ? ((i + 0.5) * width) / low.length : i + 0.5);
    c.beginPath();
    let drawing = false;
    for (let i = 0; i < low.length; i++) {
      if (Number.isNaN(low[i])) {
        drawing = false;
        continue;
      }
      if (drawing) c.lineTo(x(i), y(low[i]));
      else c.moveTo(x(i), y(low[i]));
      if (high[i] !== low[i]) c.lineTo(x(i), y(high[i]));
      drawing = true;
    }
    c.stroke();
    if (few) {
      for (let i = 0; i < low.length; i++) {
        if (Number.isNaN(low[i])) continue;
        c.beginPath();
        c.arc(x(i), y(low[i]), Math.min(4, width / low.length / 4) * (this.ratio ?? 1), 0, 7);
        c.fill();
      }
    }
    if (this.cursor !== null && this.cursor >= this.from && this.cursor < this.to) {
      c.fillStyle = style.getPropertyValue('--ink');
      c.fillRect(((this.cursor + 0.5 - this.from) * width) / (this.to - this.from), 0, 1, height);
    }
  }

  /** @param {number} i @param {boolean} [follow] */
  setCursor(i, follow = false) {
    const at = Math.max(0, Math.min(this.n - 1, i));
    if (at === this.cursor) return;
    this.cursor = at;
    if (follow && at < this.from) this.moveTo(at, this.to - this.from);
    else if (follow && at >= this.to) this.moveTo(at + 1 - (this.to - this.from), this.to - this.from);
    else this.redraw();
    this.hooks.onCursor(at);
  }

  listen() {
    const c = this.canvas;
    const at = (/** @type {MouseEvent} */ e) => Math.floor(this.from + (e.offsetX / c.clientWidth) * (this.to - this.from));
    c.addEventListener('pointerdown', (e) => {
      if (this.active) {
        c.setPointerCapture(e.pointerId);
        this.held = at(e);
        this.setCursor(this.held);
      }
    });
    c.addEventListener('pointermove', (e) => {
      if (!this.active) return;
      if (this.held === null) this.setCursor(at(e));
      else this.moveTo(this.from + this.held - at(e), this.to - this.from);
    });
    for (const type of ['pointerup', 'pointercancel']) c.addEventListener(type, () => { this.held = null; });
    c.addEventListener('wheel', (e) => {
      if (!this.active) return;
      e.preventDefault();
      this.zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.002)), e.offsetX * (this.ratio ?? 1));
    }, { passive: false });
    c.addEventListener('keydown', (e) => {
      if (this.active && !e.ctrlKey && !e.metaKey && !e.altKey && this.key(e.key)) e.preventDefault();
    });
  }

  /** @param {string} key */
  key(key) {
    const now = this.cursor ?? this.from;
    const page = Math.max(1, Math.floor((this.to - this.from) / 10));
    /** @type {Record<string, number>} */
    const moves = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: this.n - 1, PageUp: now - page, PageDown: now + page };
    if (key in moves) this.setCursor(moves[key], true);
    else if (key === '+' || key === '=') this.zoom(1.5);
    else if (key === '-') this.zoom(1 / 1.5);
    else if (key === '0') this.fit();
    else return false;
    return true;
  }
}
