/**
 * Builds the page twice from the same two scripts:
 *   dist/                                    index.html, page.js, worker.js, page.css: to be served, under a strict Content-Security-Policy too
 *   reference/intaglio/viewer/index.html     one file: opened from a folder, and by `intaglio view`
 * `--check` writes nothing and fails if the committed file is not what this source gives.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const reference = join(here, '../../reference/intaglio');
const single = join(reference, 'viewer/index.html');

/** The Python package's colour maps: its picture of them, and the names of the rows. */
function colormaps() {
  const names = /_MAPS: Final = """(.*?)"""/s.exec(readFileSync(join(reference, '_colormap_data/__init__.py'), 'utf8'))?.[1].trim().split(/\s+/);
  const picture = readFileSync(join(reference, '_colormap_data/colormaps.png')).toString('base64');
  return {
    name: 'colormaps',
    resolveId: (/** @type {string} */ id) => (id === 'virtual:colormaps' ? `\0${id}` : null),
    load: (/** @type {string} */ id) => (id === '\0virtual:colormaps' ? `export const MAPS = ${JSON.stringify(names)}; export const PICTURE = '${picture}';` : null),
  };
}

/** One classic script. @param {string} entry @returns {Promise<string>} */
async function script(entry) {
  const out = /** @type {any} */ (await build({
    configFile: false, root: here, logLevel: 'warn', plugins: [colormaps()],
    build: {
      write: false, target: 'es2022', reportCompressedSize: false, modulePreload: false,
      lib: { entry: join(here, 'src', entry), formats: ['iife'], name: 'intaglio' },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  }));
  return [out].flat()[0].output[0].code;
}

/** @param {string} text */
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
/** HTML would end a script at its end tag, and would change carriage returns and zeros. @param {string} code */
function inHtml(code) {
  if (/[\r\0]/.test(code)) throw new Error('a script holds a character that HTML changes');
  return code.replace(/<(?=\/script|!--|script)/gi, '\\x3C');
}

/** The licences of what is inside, which have to go with it. */
function licences() {
  const packages = join(here, '../javascript/node_modules');
  return ['pako', 'zstddec', 'fzstd', '@noble/hashes', '@hpcc-js/wasm-zstd']
    .map((name) => `${name}\n\n${readFileSync(join(packages, name, 'LICENSE'), 'utf8').replace(/\r/g, '').trim()}`).join(`\n\n${'-'.repeat(72)}\n\n`)
    .replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

const page = inHtml(await script('page/main.js'));
const worker = inHtml(await script('worker/worker.js'));
const css = readFileSync(join(here, 'src/page/page.css'), 'utf8');
const html = readFileSync(join(here, 'src/page/index.html'), 'utf8').replace('<!-- licences -->', licences);

const policy = [
  "default-src 'none'", `script-src ${hash(page)} 'wasm-unsafe-eval'`, `style-src ${hash(css)}`, 'worker-src blob:', 'img-src data: blob:',
  "connect-src 'self' data: http: https:", "base-uri 'none'", "form-action 'none'",
].join('; ');
const whole = html
  .replace('<!-- policy -->', () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
  .replace('<!-- style -->', () => `<style>${css}</style>`)
  .replace('<!-- scripts -->', () => `<script type="text/plain" id="worker-source">${worker}</script>\n<script>${page}</script>`);
const served = html
  .replace('<!-- policy -->\n', '')
  .replace('<!-- style -->', '<link rel="stylesheet" href="page.css">')
  .replace('<!-- scripts -->', '<script src="page.js"></script>');

if (process.argv.includes('--check')) {
  if (readFileSync(single, 'utf8') !== whole) {
    console.error('reference/intaglio/viewer/index.html is not what this source gives: npm run build, and commit it');
    process.exit(1);
  }
} else {
  mkdirSync(join(here, 'dist'), { recursive: true });
  mkdirSync(dirname(single), { recursive: true });
  for (const [name, text] of [['index.html', served], ['page.js', page], ['worker.js', worker], ['page.css', css]]) writeFileSync(join(here, 'dist', name), text);
  writeFileSync(single, whole);
  console.log(`page ${page.length}, worker ${worker.length}, whole ${whole.length} bytes`);
}
