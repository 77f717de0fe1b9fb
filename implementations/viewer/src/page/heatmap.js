/** The heat map: a window onto a slice, moved by pointer and keys. The worker makes the pixels; the canvas only shows them. */
import { Latest } from './client.js';

const CELL_TEXT_LEAST = 72; // css pixels a cell
const SCALE_MOST = 240;
const MOVED = 4;

export class HeatMap {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{draw: (window: object) => Promise<Uint8ClampedArray>, texts: (region: object) => Promise<string[][]>,
   *   onCursor: (cell: {x: number, y: number}|null) => void, onView: (text: string) => void}} hooks
   */
  constructor(canvas, hooks) {
    this.canvas = canvas;
    this.hooks = hooks;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.latest = new Latest();
    this.active = false;
    this.rows = this.cols = 1;
    this.view = { x: 0, y: 0, scale: 1 };
    /** @type {{x: number, y: number}|null} */
    this.cursor = null;
    /** @type {Map<number, {x: number, y: number}>} */
    this.pointers = new Map();
    this.listen();
  }

  /** @param {number} rows @param {number} cols @param {boolean} keep the view, where the size is the same */
  show(rows, cols, keep) {
    const same = this.active && keep && rows === this.rows && cols === this.cols;
    this.active = true;
    this.rows = rows;
    this.cols = cols;
    this.resize(!same);
  }

  /** @param {boolean} [fit] */
  resize(fit = false) {
    if (!this.active) return;
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.clientWidth;
    const height = Math.round(Math.max(180, Math.min(innerHeight * 0.68, (width * this.rows) / this.cols)));
    this.canvas.style.height = `${height}px`;
    const whole = fit || this.isWhole();
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.ratio = ratio;
    if (whole) this.fit();
    else this.redraw();
  }

  fitScale() {
    return Math.min(this.canvas.width / this.cols, this.canvas.height / this.rows);
  }

  isWhole() {
    return Math.abs(this.view.scale / this.fitScale() - 1) < 1e-6;
  }

  fit() {
    const scale = this.fitScale();
    this.view = { scale, x: (this.cols - this.canvas.width / scale) / 2, y: (this.rows - this.canvas.height / scale) / 2 };
    this.redraw();
  }

  /** @param {number} factor @param {number} [px] @param {number} [py] device pixels that stay where they are */
  zoom(factor, px = this.canvas.width / 2, py = this.canvas.height / 2) {
    const v = this.view;
    const scale = Math.min(Math.max(v.scale * factor, this.fitScale() / 2), Math.max(SCALE_MOST * (this.ratio ?? 1), this.fitScale()));
    this.view = { scale, x: v.x + px / v.scale - px / scale, y: v.y + py / v.scale - py / scale };
    this.clamp();
    this.redraw();
  }

  /** @param {number} dx @param {number} dy device pixels */
  pan(dx, dy) {
    this.view.x -= dx / this.view.scale;
    this.view.y -= dy / this.view.scale;
    this.clamp();
    this.redraw();
  }

  /** Keeps the middle of the window over the array. */
  clamp() {
    const { scale } = this.view;
    const [w, h] = [this.canvas.width / scale, this.canvas.height / scale];
    this.view.x = Math.min(Math.max(this.view.x, -w / 2), this.cols - w / 2);
    this.view.y = Math.min(Math.max(this.view.y, -h / 2), this.rows - h / 2);
  }

  redraw() {
    if (!this.active) return;
    const { scale } = this.view;
    const css = scale / (this.ratio ?? 1);
    this.hooks.onView(scale < 1 ? `zoomed out: one cell in ${Math.round(1 / scale) ** 2 || 1} is drawn` : `${css < 10 ? css.toFixed(1) : Math.round(css)} pixels a cell`);
    void this.latest.run(async () => {
      const { width, height } = this.canvas;
      const view = { ...this.view };
      const rgba = await this.hooks.draw({ ...view, width, height });
      if (!this.active || this.canvas.width !== width || this.canvas.height !== height) return;
      this.context.putImageData(new ImageData(/** @type {any} */ (rgba), width, height), 0, 0);
      await this.drawTexts(view);
      this.drawCursor(view);
    });
  }

  /** @param {{x: number, y: number, scale: number}} view */
  async drawTexts(view) {
    const ratio = this.ratio ?? 1;
    if (view.scale < CELL_TEXT_LEAST * ratio) return;
    const x = Math.max(0, Math.floor(view.x));
    const y = Math.max(0, Math.floor(view.y));
    const w = Math.min(this.cols, Math.ceil(view.x + this.canvas.width / view.scale)) - x;
    const h = Math.min(this.rows, Math.ceil(view.y + this.canvas.height / view.scale)) - y;
    if (w <= 0 || h <= 0) return;
    const rows = await this.hooks.texts({ x, y, w, h });
    if (!this.active) return;
    const c = this.context;
    c.textAlign = 'center';
    c.textBaseline = 'middle';
    rows.forEach((row, j) => row.forEach((text, i) => {
      const size = Math.min(13 * ratio, (view.scale * 1.5) / Math.max(4, text.length));
      if (size < 7 * ratio) return;
      c.font = `${size}px ui-monospace, "DejaVu Sans Mono", monospace`;
      const [px, py] = [(x + i + 0.5 - view.x) * view.scale, (y + j + 0.5 - view.y) * view.scale];
      const [r, g, b] = c.getImageData(Math.min(this.canvas.width - 1, Math.max(0, px)), Math.min(this.canvas.height - 1, Math.max(0, py - size)), 1, 1).data;
      c.fillStyle = 0.299 * r + 0.587 * g + 0.114 * b > 140 ? '#000' : '#fff';
      c.fillText(text, px, py);
    }));
  }

  /** @param {{x: number, y: number, scale: number}} view */
  drawCursor(view) {
    if (!this.cursor) return;
    const size = Math.max(view.scale, 6);
    const x = (this.cursor.x + 0.5 - view.x) * view.scale - size / 2;
    const y = (this.cursor.y + 0.5 - view.y) * view.scale - size / 2;
    const c = this.context;
    c.lineWidth = 3;
    c.strokeStyle = '#000';
    c.strokeRect(x, y, size, size);
    c.lineWidth = 1;
    c.strokeStyle = '#fff';
    c.strokeRect(x, y, size, size);
  }

  /** @param {number} x @param {number} y @param {boolean} [follow] move the window so that the cell is in it */
  setCursor(x, y, follow = false) {
    const inside = x >= 0 && y >= 0 && x < this.cols && y < this.rows;
    if (!inside || (this.cursor?.x === x && this.cursor.y === y)) return;
    this.cursor = { x, y };
    if (follow) {
      const [w, h] = [this.canvas.width / this.view.scale, this.canvas.height / this.view.scale];
      if (w < this.cols) this.view.x = Math.min(Math.max(this.view.x, x + 1 - w), x);
      if (h < this.rows) this.view.y = Math.min(Math.max(this.view.y, y + 1 - h), y);
    }
    this.hooks.onCursor(this.cursor);
    this.redraw();
  }

  /** @param {{offsetX: number, offsetY: number}} e */
  cellAt(e) {
    const r = this.ratio ?? 1;
    return [Math.floor(this.view.x + (e.offsetX * r) / this.view.scale), Math.floor(this.view.y + (e.offsetY * r) / this.view.scale)];
  }

  listen() {
    const c = this.canvas;
    let travelled = 0;
    c.addEventListener('pointerdown', (e) => {
      if (!this.active) return;
      c.setPointerCapture(e.pointerId);
      this.pointers.set(e.pointerId, { x: e.offsetX, y: e.offsetY });
      travelled = 0;
    });
    c.addEventListener('pointermove', (e) => {
      if (!this.active) return;
      const r = this.ratio ?? 1;
      const before = this.pointers.get(e.pointerId);
      if (!before) {
        const [x, y] = this.cellAt(e);
        this.setCursor(x, y);
        return;
      }
      travelled += Math.abs(e.offsetX - before.x) + Math.abs(e.offsetY - before.y);
      if (this.pointers.size === 1) this.pan((e.offsetX - before.x) * r, (e.offsetY - before.y) * r);
      else {
        const other = [...this.pointers.entries()].find(([id]) => id !== e.pointerId)?.[1];
        if (other) {
          const old = Math.hypot(before.x - other.x, before.y - other.y);
          const now = Math.hypot(e.offsetX - other.x, e.offsetY - other.y);
          if (old > 0 && now > 0) this.zoom(now / old, ((e.offsetX + other.x) / 2) * r, ((e.offsetY + other.y) / 2) * r);
        }
      }
      this.pointers.set(e.pointerId, { x: e.offsetX, y: e.offsetY });
    });
    const end = (/** @type {PointerEvent} */ e) => {
      if (this.active && this.pointers.delete(e.pointerId) && travelled < MOVED) {
        const [x, y] = this.cellAt(e);
        this.setCursor(x, y);
      }
    };
    c.addEventListener('pointerup', end);
    c.addEventListener('pointercancel', (e) => this.pointers.delete(e.pointerId));
    c.addEventListener('wheel', (e) => {
      if (!this.active) return;
      e.preventDefault();
      const r = this.ratio ?? 1;
      this.zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.002)), e.offsetX * r, e.offsetY * r);
    }, { passive: false });
    c.addEventListener('keydown', (e) => {
      if (this.active && !e.ctrlKey && !e.metaKey && !e.altKey && this.key(e.key)) e.preventDefault();
    });
  }

  /** @param {string} key @returns {boolean} whether it meant something */
  key(key) {
    const { x, y } = this.cursor ?? { x: Math.floor(this.cols / 2), y: Math.floor(this.rows / 2) };
    const step = Math.max(1, Math.floor(this.rows / 10));
    /** @type {Record<string, [number, number]>} */
    const moves = {
      ArrowLeft: [x - 1, y], ArrowRight: [x + 1, y], ArrowUp: [x, y - 1], ArrowDown: [x, y + 1], Home: [0, y], End: [this.cols - 1, y],
      PageUp: [x, Math.max(0, y - step)], PageDown: [x, Math.min(this.rows - 1, y + step)],
    };
    if (moves[key]) this.setCursor(...moves[key], true);
    else if (key === '+' || key === '=' || key === '-') {
      const [px, py] = [(x + 0.5 - this.view.x) * this.view.scale, (y + 0.5 - this.view.y) * this.view.scale];
      this.zoom(key === '-' ? 1 / 1.5 : 1.5, px, py);
    } else if (key === '0') this.fit();
    else return false;
    return true;
  }
}
