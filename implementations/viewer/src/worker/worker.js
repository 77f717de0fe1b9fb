/** The worker: holds the arrays and does all that takes time. It gets { id, verb, ... } and answers { id, result }, { id, error } or { id, progress }. */
import { decode, encode, inspect, DecodeError, EncodeError } from '../../../javascript/src/intaglio.js';
import { hex } from '../../../javascript/src/bytes.js';
import { hexOf, isComplex, texts } from './elements.js';
import { csv, fileNames, hasOddNans, npy, npz, pythonCode } from './exports.js';
import { ends } from './norms.js';
import { isNpy, readNpy } from './npy.js';
import { NAMES } from './palettes.js';
import { cellTexts, colorBar, heatmap, line } from './render.js';
import { histogram, statistics } from './stats.js';

const LIMITS = { pixels: 2 ** 27, bytes: 2 ** 30 };
const COVER_SIDE_MOST = 4096;

/** @typedef {(stage: string, done: number) => void} OnProgress */

/** @type {any} */
let file = { arrays: [] };
const known = new Map();

const verbs = { open, stats, draw, plot, cells, value, bar, download, python, save };

self.onmessage = async ({ data: { id, verb, ...request } }) => {
  let last = 0;
  /** @type {OnProgress} */
  const onProgress = (stage, done) => {
    if (Date.now() - last < 50) return;
    last = Date.now();
    self.postMessage({ id, progress: { stage, done } });
  };
  try {
    const { result, transfer } = await verbs[verb](request, onProgress);
    self.postMessage({ id, result }, transfer ?? []);
  } catch (e) {
    const error = /** @type {any} */ (e);
    const kind = e instanceof DecodeError ? 'refused' : e instanceof EncodeError ? 'unwritable' : 'failed';
    self.postMessage({ id, error: { kind, reason: error.reason ?? null, message: String(error.message ?? error) } });
  }
};

/** Reads a picture or a .npy file. @param {{bytes: Uint8Array, name: string}} request @param {OnProgress} onProgress */
async function open({ bytes, name }, onProgress) {
  known.clear();
  file = { arrays: [] };
  if (isNpy(bytes)) {
    const a = readNpy(bytes);
    file = { kind: 'npy', name, metadata: null, arrays: [{ ...a, name: 'data', metadata: null }] };
  } else {
    file = { name, ...(await picture(bytes, onProgress)) };
  }
  const arrays = file.arrays.map((/** @type {any} */ a) => ({ ...a, bytes: undefined, digest: a.digest && hex(a.digest), complex: isComplex(a.element ?? ''), oddNans: Boolean(a.bytes) && hasOddNans(a) }));
  return { result: { ...file, arrays, names: NAMES } };
}

/** @param {Uint8Array} bytes @param {OnProgress} onProgress */
async function picture(bytes, onProgress) {
  const facts = { ...(await inspect(bytes, { limits: LIMITS })), kind: 'png', fileBytes: bytes.length };
  const readable = facts.arrays.filter((a) => a.element && a.codec && a.filters.every((f) => f.name)).map((a) => a.name);
  /** @type {Map<string, Uint8Array>} */
  const got = new Map();
  const faults = new Map();
  // A damaged array says nothing of the others; a damaged PNG does, and is thrown.
  const onFault = (/** @type {string} */ name, /** @type {DecodeError} */ fault) => faults.set(name, fault);
  for (const a of (await decode(bytes, { wanted: readable, limits: LIMITS, onProgress, onFault })).arrays) got.set(a.name, a.bytes);
  const arrays = facts.arrays.map((a) => ({
    ...a, shape: a.shape.map(Number), dims: a.shape.map(String), bytes: got.get(a.name), reason: faults.get(a.name)?.reason ?? strangeCode(a), detail: faults.get(a.name)?.message,
  }));
  return { ...facts, arrays };
}

/** @param {any} a */
function strangeCode(a) {
  return !a.element ? 'element-unknown' : !a.filters.every((/** @type {any} */ f) => f.name) ? 'filter-unknown' : !a.codec ? 'codec-unknown' : null;
}

/** @param {any} request @param {OnProgress} [onProgress] */
function statsOf({ array, part }, onProgress) {
  const key = `${array} ${part ?? ''}`;
  if (!known.has(key)) known.set(key, statistics(file.arrays[array], part, (done) => onProgress?.('stats', done)));
  return known.get(key);
}

/** @param {any} request @param {OnProgress} onProgress */
function stats(request, onProgress) {
  const s = statsOf(request, onProgress);
  return { result: { ...s, bins: histogram(file.arrays[request.array], request.part, s.min, s.max) } };
}

/** @param {any} request */
function look({ array, part, cmap, wish }) {
  return { part, cmap, norm: ends(statsOf({ array, part }), wish) };
}

/** @param {any} request */
function draw(request) {
  const l = look(request);
  const rgba = heatmap(file.arrays[request.array], request.slice, request.window, l);
  return { result: { rgba, norm: l.norm }, transfer: [rgba.buffer] };
}

/** @param {any} request */
function plot({ array, slice, width, part }) {
  return { result: line(file.arrays[array], slice, width, part) };
}

/** @param {any} request */
function cells({ array, slice, region }) {
  return { result: cellTexts(file.arrays[array], slice, region) };
}

/** @param {any} request */
function value({ array, at }) {
  const a = file.arrays[array];
  return { result: { text: texts(a)(at), hex: hexOf(a, at) } };
}

/** @param {any} request */
function bar({ cmap }) {
  return { result: colorBar(cmap) };
}

/** @param {any} request @param {OnProgress} onProgress */
function download({ array, form, slice }, onProgress) {
  if (form === 'npz') return { result: { parts: npz(file.arrays.filter((/** @type {any} */ a) => a.bytes)), name: 'arrays.npz' } };
  const a = file.arrays[array];
  const parts = form === 'npy' ? npy(a) : csv(a, slice, (done) => onProgress('csv', done));
  return { result: { parts, name: `${fileNames([a.name])[0]}.${form}` } };
}

/** @param {any} request */
function python({ array }) {
  return { result: pythonCode(file.arrays[array]) };
}

/** All arrays in a picture that looks like the view. @param {any} request */
async function save(request) {
  const { slice: s, profile } = request;
  let cover = null;
  if (s.rows * s.cols > 0) {
    const scale = Math.min(1, COVER_SIDE_MOST / Math.max(s.rows, s.cols));
    const [width, height] = [s.cols, s.rows].map((n) => Math.max(1, Math.floor(n * scale)));
    cover = { width, height, rgba: new Uint8Array(heatmap(file.arrays[request.array], s, { x: 0, y: 0, scale, width, height }, look(request)).buffer) };
  }
  const arrays = file.arrays.filter((/** @type {any} */ a) => a.bytes)
    .map((/** @type {any} */ a) => ({ name: a.name, element: a.element, unit: a.unit, unitCount: a.unitCount, shape: a.dims, bytes: a.bytes, metadata: a.metadata }));
  const png = await encode({ arrays, metadata: file.metadata, profile, cover });
  return { result: { parts: [png], name: `${file.name.replace(/\.[^.]*$/, '') || 'arrays'}.png` } };
}
