/** The page: files in, arrays shown, files out. */
import { Client, Latest } from './client.js';
import { $, bytesText, copyText, h, saveFile, short, visible } from './dom.js';
import { HeatMap } from './heatmap.js';
import { drawHistogram } from './histogram.js';
import { LinePlot } from './lineplot.js';
import { plainWords } from './reasons.js';
import { indexText, makeSliders, sliceOf } from './slices.js';

const STAGES = { png: 'Reading the picture', arrays: 'Decoding and checking the arrays', stats: 'Measuring', csv: 'Writing text' };
const CSV_CELLS_MOST = 2e7;
const LISTED_MOST = 500; // arrays, until more are asked for
const NAMED_MOST = 20; // damaged arrays, in a sentence
const JSON_MOST = 20000; // characters of metadata that are laid out on several lines

const client = new Client(({ stage, done }) => progress(STAGES[stage] ?? stage, done));
/** @type {any} */
let file = null;
/** @type {any} */
let array = null;
/** @type {any} */
let stats = null;
let chosen = -1;
let fixed = () => /** @type {number[]} */ ([]);
const cursorJob = new Latest();

/** @param {string|null} text @param {number} [done] */
function progress(text, done) {
  $('working').hidden = text === null;
  if (text === null) return;
  if ($('stage').textContent !== text) $('stage').textContent = text;
  if (done === undefined) $('progress').removeAttribute('value');
  else $('progress').value = done;
}

/** @template T @param {string} text @param {() => Promise<T>} job @returns {Promise<T|undefined>} */
async function busy(text, job) {
  progress(text);
  try {
    return await job();
  } catch (e) {
    forgive(/** @type {Error} */ (e));
    return undefined;
  } finally {
    progress(null);
  }
}

/** @param {any} e @param {Uint8Array} [start] */
function complain(e, start) {
  const { what, remedy } = e.kind === 'refused' ? plainWords(e.reason, e.message, start)
    : e.kind === 'unwritable' ? { what: 'This cannot be written as a picture.', remedy: e.message }
      : { what: 'That did not work.', remedy: e.message };
  $('problem').replaceChildren(h('h2', { textContent: what }), h('p', { textContent: remedy }), ...(e.kind === 'refused' ? [h('p', {}, h('code', { textContent: visible(e.message) }))] : []));
  $('problem').hidden = false;
}

// Files in

/** @param {Uint8Array} bytes @param {string} name */
async function show(bytes, name) {
  client.restart();
  heat.active = plot.active = false;
  $('problem').hidden = true;
  $('viewer').hidden = true;
  document.title = `${visible(name)}: Intaglio`;
  const start = bytes.slice(0, 16);
  const found = await busy(STAGES.png, async () => {
    try {
      return await client.call('open', { bytes, name }, [bytes.buffer]);
    } catch (e) {
      if (/** @type {Error} */ (e).name !== 'AbortError') complain(e, start);
      return undefined;
    }
  });
  if (!found) {
    $('start').hidden = false;
    return;
  }
  file = found;
  $('start').hidden = true;
  $('viewer').hidden = false;
  fillMaps(found.names);
  listArrays();
  const first = Math.max(0, found.arrays.findIndex((/** @type {any} */ a) => !a.reason));
  if (found.arrays.length) await choose(first);
  else showNothing('This file holds no arrays.');
}

/** @param {File|undefined|null} f */
async function take(f) {
  if (f) await show(new Uint8Array(await f.arrayBuffer()), f.name || 'pasted.png');
}

/** @param {string} address @param {string} [name] */
async function load(address, name) {
  const bytes = await busy('Loading', async () => {
    let answer;
    try {
      answer = await fetch(new URL(address, document.baseURI), { credentials: 'omit', referrerPolicy: 'no-referrer' });
    } catch {
      throw new Error('That address cannot be loaded from this page: it does not answer, or does not let other pages read it. Download the picture and drop it here.');
    }
    if (!answer.ok) throw new Error(`The server says ${answer.status} ${answer.statusText}.`);
    return new Uint8Array(await answer.arrayBuffer());
  });
  if (bytes) await show(bytes, name ?? (decodeURIComponent(new URL(address, document.baseURI).pathname.split('/').pop() ?? '') || 'picture.png'));
}

// The list, and what is said of an array

/** The arrays, some hundred at a time. @param {number} from */
function listArrays(from = 0) {
  const to = Math.min(file.arrays.length, from + LISTED_MOST);
  const items = file.arrays.slice(from, to).map((/** @type {any} */ a, /** @type {number} */ k) => h('li', {}, h(
    'button', { type: 'button', onclick: () => choose(from + k) },
    h('b', { textContent: visible(a.name) }), h('span', { textContent: typeText(a) }),
    ...(a.reason ? [h('span', { className: 'bad', textContent: plainWords(a.reason, '').what })] : []),
  )));
  if (from) $('arrays').append(...items);
  else $('arrays').replaceChildren(...items);
  if (to === file.arrays.length) return;
  const left = (file.arrays.length - to).toLocaleString('en');
  const more = h('li', {}, h('button', { type: 'button', id: 'more', onclick: () => {
    more.remove();
    listArrays(to);
    mark($('arrays').children[to].firstElementChild, to === chosen).focus();
  } }, h('span', { textContent: `${left} more: show ${Math.min(LISTED_MOST, file.arrays.length - to)} of them` })));
  $('arrays').append(more);
}

/** @param {any} button @param {boolean} current */
function mark(button, current) {
  button.setAttribute('aria-current', String(current));
  return button;
}

/** @param {any} a */
function typeText(a) {
  const unit = a.unit && a.unit !== 'generic' ? `[${a.unitCount === 1 ? '' : a.unitCount}${a.unit}]` : '';
  return `${a.element ?? `type 0x${a.elementCode.toString(16)}`}${unit} · ${a.dims.length ? a.dims.join(' × ') : 'single value'}`;
}

/** @param {string} text */
function showNothing(text) {
  array = null;
  heat.active = plot.active = false;
  for (const id of ['canvas', 'controls', 'bar-box', 'keys', 'histogram']) $(id).hidden = true;
  $('view').querySelector('[aria-label=Zoom]').hidden = true;
  $('sliders').replaceChildren();
  $('stats').replaceChildren();
  $('title').textContent = '';
  $('what').textContent = text;
  $('readout').textContent = '';
  showFacts();
}

/** @param {number} i */
async function choose(i) {
  chosen = i;
  const a = file.arrays[i];
  [...$('arrays').querySelectorAll('button:not(#more)')].forEach((b, k) => mark(b, k === i));
  const empty = a.dims.includes('0');
  if (a.reason || empty) {
    const { what, remedy } = a.reason ? plainWords(a.reason, a.detail ?? '') : { what: 'This array has no elements.', remedy: '' };
    showNothing(`${what} ${remedy}`);
    $('title').textContent = visible(a.name);
    array = a.reason ? null : a;
    showFacts();
    return;
  }
  array = a;
  $('title').textContent = visible(a.name);
  $('what').textContent = typeText(a);
  for (const id of ['canvas', 'controls', 'keys', 'histogram']) $(id).hidden = false;
  $('view').querySelector('[aria-label=Zoom]').hidden = false;
  $('part-box').hidden = !a.complex;
  const flat = a.shape.length === 1;
  for (const id of ['cmap-box', 'reverse-box', 'bar-box']) $(id).hidden = flat;
  $('vmin').value = $('vmax').value = '';
  heat.cursor = plot.cursor = null;
  $('readout').textContent = '';
  fixed = makeSliders($('sliders'), a.shape, () => {
    heat.redraw();
    void readCursor();
  });
  await measure(false);
}

/** Statistics of the array (and part), then the drawing. @param {boolean} keep */
async function measure(keep) {
  const now = array;
  const found = await busy(STAGES.stats, () => client.call('stats', { array: chosen, part: part() }));
  if (!found || now !== array) return;
  stats = found;
  drawHistogram($('histogram'), stats);
  showFacts();
  redraw(keep);
}

const part = () => (array?.complex ? $('part').value : undefined);

function showFacts() {
  const rows = [];
  if (array && stats && !array.dims.includes('0')) {
    rows.push(['elements', stats.count.toLocaleString('en')], ['least', stats.minText], ['greatest', stats.maxText]);
    if (!/time64$|delta64$/.test(array.element)) rows.push(['mean', Number.isNaN(stats.mean) ? 'none' : String(stats.mean)]);
    rows.push(['NaN', stats.nan.toLocaleString('en')]);
    if (stats.positiveInfinite + stats.negativeInfinite) rows.push(['infinite', `${stats.positiveInfinite} above, ${stats.negativeInfinite} below`]);
    rows.push(['zeros', stats.zeros.toLocaleString('en')]);
  }
  const record = file.arrays[chosen];
  if (record?.codec) rows.push(['stored', `${[...record.filters.map((/** @type {any} */ f) => [f.name ?? f.code, ...f.params].join(' ')), record.codec].join(', ')}; ${record.blockCount} block${record.blockCount === 1 ? '' : 's'}`]);
  if (file.kind === 'png') rows.push(['picture', `${file.width} × ${file.height}, ${bytesText(file.fileBytes)}, depths ${file.depths.join('-')}`]);
  if (record?.digest) rows.push(['SHA-256', record.digest]);
  $('stats').replaceChildren(...rows.flatMap(([k, v]) => [h('dt', { textContent: k }), h('dd', { textContent: v })]));
  const downloads = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll('button[data-form], #python, #save')]);
  for (const b of downloads) b.disabled = b.dataset.form === 'npz' || b.id === 'save' ? !file.arrays.some((/** @type {any} */ a) => !a.reason) : !array;
  const cells = array ? (array.shape.at(-1) ?? 1) * (array.shape.at(-2) ?? 1) : 0;
  $('csv').disabled ||= !cells || cells > CSV_CELLS_MOST;
  $('note').textContent = array?.oddNans ? 'This array has NaNs with a sign or payload: .npy keeps them, .csv does not.'
    : array?.shape.length > 2 ? '.csv gives the slice that is shown; .npy and .npz give all.' : '';
  showIntegrity();
  const metadata = [['of the file', file.metadata], [`of ${visible(record?.name ?? '')}`, record?.metadata]].filter(([, text]) => text);
  $('metadata').textContent = metadata.map(([what, text]) => `${what}:\n${visibleJson(text)}`).join('\n\n') || 'none';
}

/**
 * JSON on several lines, if it is short and a parser takes it; numbers with more digits than a double has stay as they were written.
 * Of long text only the beginning is shown.
 * @param {string} text
 */
function visibleJson(text) {
  let shown = text;
  if (text.length <= JSON_MOST && !/\d{16}/.test(text)) {
    try {
      shown = JSON.stringify(JSON.parse(text), null, 2);
    } catch { /* as it is */ }
  }
  const whole = shown.length <= JSON_MOST;
  const part = (whole ? shown : shown.slice(0, JSON_MOST)).split('\n').map(visible).join('\n');
  return whole ? part : `${part}…\n(the first ${JSON_MOST.toLocaleString('en')} of ${shown.length.toLocaleString('en')} characters)`;
}

function showIntegrity() {
  const bad = file.arrays.filter((/** @type {any} */ a) => a.reason);
  $('integrity').className = bad.length ? 'bad' : 'good';
  if (file.kind !== 'png') {
    $('integrity').className = '';
    $('integrity').textContent = 'A .npy file carries no checksums; a picture saved from it does.';
  } else if (bad.length) {
    const more = bad.length - NAMED_MOST;
    const named = bad.slice(0, NAMED_MOST).map((/** @type {any} */ a) => `${visible(a.name)} [${a.reason}]`).join(', ') + (more > 0 ? ` and ${more} more` : '');
    $('integrity').textContent = `${bad.length} of ${file.arrays.length} arrays cannot be given: ${named}. Everything else passed every check.`;
  } else {
    const blocks = file.arrays.reduce((/** @type {number} */ n, /** @type {any} */ a) => n + a.blockCount, 0);
    $('integrity').textContent = `Sound. The PNG is whole, and the list of arrays, ${blocks} block${blocks === 1 ? '' : 's'} and ${file.arrays.length} array${file.arrays.length === 1 ? '' : 's'} match their SHA-256. That rules out accidents; it does not say who made the file.`;
  }
}

// Drawing

function cmap() {
  return $('cmap').value + ($('reverse').checked ? '_r' : '');
}

/** @param {string} id @returns {number|null} */
function limit(id) {
  const text = $(id).value.trim();
  const v = Number(text);
  const fine = text === '' || Number.isFinite(v);
  $(id).setAttribute('aria-invalid', String(!fine));
  return text === '' || !fine ? null : v;
}

function look() {
  return { part: part(), cmap: cmap(), wish: { kind: $('norm').value, vmin: limit('vmin'), vmax: limit('vmax') } };
}

const slice = () => sliceOf(array.shape, fixed());

/** @param {boolean} keep */
function redraw(keep) {
  if (!array || array.dims.includes('0')) return;
  const one = array.shape.length === 1;
  heat.active &&= !one;
  plot.active &&= one;
  const s = slice();
  $('canvas').setAttribute('aria-roledescription', one ? 'line plot' : 'heat map');
  $('canvas').setAttribute('aria-label', one ? `Line plot of ${visible(array.name)}, ${s.cols} elements` : `Heat map of ${visible(array.name)}, ${s.rows} rows, ${s.cols} columns`);
  if (one) {
    void client.call('draw', { array: chosen, slice: s, window: { x: 0, y: 0, scale: 1, width: 1, height: 1 }, ...look() }).then(({ norm }) => {
      $('vmin').placeholder = short(norm.lo);
      $('vmax').placeholder = short(norm.hi);
      plot.show(s.cols, norm, keep);
    }).catch(forgive);
  } else {
    heat.show(s.rows, s.cols, keep);
    drawBar().catch(forgive);
  }
}

/** What was stopped is no fault. @param {Error} e */
function forgive(e) {
  if (e.name !== 'AbortError') complain(e);
}

async function drawBar() {
  const { n, rgb } = await client.call('bar', { cmap: cmap() });
  const canvas = $('bar');
  canvas.width = 512;
  const c = canvas.getContext('2d');
  for (let x = 0; x < 512; x++) {
    const o = 3 * Math.floor((x * n) / 512);
    c.fillStyle = `rgb(${rgb[o]},${rgb[o + 1]},${rgb[o + 2]})`;
    c.fillRect(x, 0, 1, 14);
  }
}

const heat = new HeatMap($('canvas'), {
  draw: async (window) => {
    const { rgba, norm } = await client.call('draw', { array: chosen, slice: slice(), window, ...look() });
    $('bar-low').textContent = $('vmin').placeholder = short(norm.lo);
    $('bar-high').textContent = $('vmax').placeholder = short(norm.hi);
    return rgba;
  },
  texts: (region) => client.call('cells', { array: chosen, slice: slice(), region }),
  onCursor: () => readCursor(),
  onView: (text) => { $('zoom').textContent = text; },
});

const plot = new LinePlot($('canvas'), {
  columns: (from, to, width) => client.call('plot', { array: chosen, slice: { base: 0, step: 1, from, to }, width, part: part() }),
  onCursor: () => readCursor(),
  onView: (text) => { $('zoom').textContent = text; },
});

/** Shows the element under the cursor, exactly. */
async function readCursor() {
  const cell = array?.shape.length === 1 ? (plot.cursor === null ? null : { x: plot.cursor, y: 0 }) : heat.cursor;
  if (!array || !cell) return;
  await cursorJob.run(async () => {
    const s = slice();
    const { text, hex } = await client.call('value', { array: chosen, at: s.base + cell.y * s.rowStep + cell.x * s.colStep });
    $('readout').textContent = `${indexText(array.shape, fixed(), cell.y, cell.x)}  ${text}${$('hex').checked ? `\n${hex}` : ''}`;
  });
}

/** @param {string[]} names */
function fillMaps(names) {
  if ($('cmap').length) return;
  $('cmap').append(...names.map((name) => h('option', { textContent: name, selected: name === 'viridis' })));
}

// Files out

/** @param {string} verb @param {object} request @param {string} text */
async function out(verb, request, text) {
  $('problem').hidden = true;
  const made = await busy(text, () => client.call(verb, { array: chosen, ...request }));
  if (made) saveFile(made.parts, made.name);
}

/** One dimension goes down the lines of a text. @param {any} s */
function column(s) {
  return array.shape.length === 1 ? { base: 0, rows: s.cols, cols: 1, rowStep: 1, colStep: 0 } : s;
}

async function savePicture() {
  const target = array ?? file.arrays.find((/** @type {any} */ a) => !a.reason);
  const at = file.arrays.indexOf(target);
  const s = sliceOf(target.shape, target === array ? fixed() : target.shape.slice(0, -2).map(() => 0));
  if (target.shape.length < 2 && s.cols > 0) {
    s.rows = Math.max(1, Math.min(256, Math.ceil(s.cols / 4)));
    s.rowStep = 0;
  }
  if (target.dims.includes('0')) s.rows = 0;
  await out('save', { array: at, slice: s, profile: $('profile').value, ...look() }, 'Compressing and writing the picture');
}

// Wiring

$('choose').onclick = () => $('file').click();
$('file').onchange = () => {
  void take($('file').files?.[0]);
  $('file').value = '';
};
$('address').onsubmit = (/** @type {Event} */ e) => {
  e.preventDefault();
  if ($('url').value.trim()) void load($('url').value.trim());
};
$('cancel').onclick = () => {
  client.restart();
  heat.active = plot.active = false;
  file = array = null;
  $('viewer').hidden = true;
  $('start').hidden = false;
  progress(null);
};
for (const type of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  document.addEventListener(type, (e) => {
    e.preventDefault();
    document.body.classList.toggle('over', type === 'dragenter' || type === 'dragover');
    if (type === 'drop') void take(/** @type {DragEvent} */ (e).dataTransfer?.files[0]);
  });
}
document.addEventListener('paste', (e) => {
  const f = [...(e.clipboardData?.files ?? [])][0];
  if (f) void take(f);
});
$('part').onchange = () => measure(true);
for (const id of ['cmap', 'reverse', 'norm', 'vmin', 'vmax']) $(id).addEventListener('change', () => redraw(true));
$('hex').onchange = () => readCursor();
const shown = () => (plot.active ? plot : heat);
$('fit').onclick = () => shown().fit();
$('in').onclick = () => shown().zoom(2);
$('out').onclick = () => shown().zoom(0.5);
for (const b of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('button[data-form]'))) {
  b.onclick = () => out('download', { form: b.dataset.form, slice: array && column(slice()) }, STAGES.csv);
}
$('python').onclick = async () => {
  const code = await busy('Writing text', () => client.call('python', { array: chosen }));
  if (code) await busy('Copying', () => copyText(code).then(() => { $('note').textContent = 'Copied: Python code that makes this array, every bit of it.'; }));
};
$('save').onclick = savePicture;
let resizing = 0;
window.addEventListener('resize', () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => {
    heat.resize();
    plot.resize();
    if (stats && array) drawHistogram($('histogram'), stats);
  }, 100);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  if (stats && array) drawHistogram($('histogram'), stats);
  if (plot.active) plot.redraw();
});

const wanted = new URLSearchParams(location.search);
const address = wanted.get('url');
if (address) void load(address, wanted.get('name') ?? undefined);
