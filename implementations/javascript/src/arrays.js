/** SPEC 11 and the registries 14.1, 14.2: what an element is. Elements are opaque bytes; no number is ever made of them. */

/** @typedef {{code: number, name: string, itemSize: number, components: number, width: number, timed: boolean, decimal: boolean}} Element */

const rows = [
  [0x01, 'bool', 1, 1], [0x10, 'int8', 1, 1], [0x11, 'int16', 2, 1], [0x12, 'int32', 4, 1], [0x13, 'int64', 8, 1],
  [0x20, 'uint8', 1, 1], [0x21, 'uint16', 2, 1], [0x22, 'uint32', 4, 1], [0x23, 'uint64', 8, 1],
  [0x30, 'float16', 2, 1], [0x31, 'float32', 4, 1], [0x32, 'float64', 8, 1], [0x38, 'bfloat16', 2, 1],
  [0x40, 'complex64', 8, 2], [0x41, 'complex128', 16, 2], [0x50, 'datetime64', 8, 1], [0x51, 'timedelta64', 8, 1],
];

/** @type {Map<number, Element>} */
export const ELEMENTS = new Map();
/** @type {Map<string, Element>} */
export const ELEMENT_BY_NAME = new Map();
for (const [code, name, itemSize, components] of /** @type {[number, string, number, number][]} */ (rows)) {
  const e = Object.freeze({
    code, name, itemSize, components, width: (itemSize * 8) / components, timed: code === 0x50 || code === 0x51,
    decimal: ['float32', 'float64', 'complex64', 'complex128'].includes(name), // [HDR-12]
  });
  ELEMENTS.set(code, e);
  ELEMENT_BY_NAME.set(name, e);
}

/** Unit codes 1 to 14 are the places in this list. */
export const UNITS = Object.freeze(['', 'Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as', 'generic']);
export const GENERIC = 14;

/** [ARR-4] @param {Element} element @param {Uint8Array} bytes */
export function elementsValid(element, bytes) {
  if (element.name !== 'bool') return true;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] > 1) return false;
  return true;
}

/** The number of elements. @param {bigint[]} shape @returns {bigint} */
export function countElements(shape) {
  if (shape.includes(0n)) return 0n;
  return shape.reduce((a, b) => a * b, 1n);
}
