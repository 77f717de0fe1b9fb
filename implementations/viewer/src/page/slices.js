/** Which elements are shown: the last two dimensions, with one slider for each dimension before them. */
import { h } from './dom.js';

/**
 * @param {HTMLElement} box @param {number[]} shape @param {() => void} onChange
 * @returns {() => number[]} the fixed indices
 */
export function makeSliders(box, shape, onChange) {
  box.replaceChildren();
  const fixed = shape.slice(0, -2).map(() => 0);
  fixed.forEach((_, k) => {
    const out = h('output', { textContent: `0 (0 to ${shape[k] - 1})` });
    const input = h('input', { type: 'range', min: '0', max: String(shape[k] - 1), value: '0', ariaLabel: `Index in dimension ${k}` });
    input.addEventListener('input', () => {
      fixed[k] = Number(input.value);
      out.textContent = `${input.value} (0 to ${shape[k] - 1})`;
      onChange();
    });
    box.append(h('label', {}, `dimension ${k} `, input, out));
  });
  return () => fixed;
}

/** @param {number[]} shape @param {number[]} fixed */
export function sliceOf(shape, fixed) {
  const [rows, cols] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  let base = 0;
  fixed.forEach((i, k) => { base = base * shape[k] + i; });
  return { base: base * rows * cols, rows, cols, rowStep: cols, colStep: 1 };
}

/** The indices of a cell, as Python writes them. @param {number[]} shape @param {number[]} fixed @param {number} row @param {number} col */
export function indexText(shape, fixed, row, col) {
  return `[${[...fixed, ...(shape.length > 1 ? [row] : []), ...(shape.length ? [col] : [])].join(', ')}]`;
}
