/** What Chromium and Firefox do to a picture. Each function stands alone and runs in the page, or drives it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import puppeteer from 'puppeteer-core';
import { answerLines } from './answering.mjs';

const BINARIES = { Chromium: process.env.CHROMIUM ?? '/usr/bin/chromium', Firefox: process.env.FIREFOX ?? '/usr/bin/firefox-esr' };
const downloads = mkdtempSync(join(tmpdir(), 'downloads'));
const FIREFOX = {
  'dom.events.testing.asyncClipboard': true,
  'browser.download.folderList': 2,
  'browser.download.dir': downloads,
  'browser.download.useDownloadDir': true,
  'app.update.enabled': false,
  'gfx.color_management.mode': 2,
};

/** One browser of a kind. @type {Map<string, Promise<import('puppeteer-core').Browser>>} */
const browsers = new Map();

/** @param {string} host @param {Record<string, unknown>} [prefs] */
function browser(host, prefs = {}) {
  const key = host + JSON.stringify(prefs);
  if (!browsers.has(key)) browsers.set(key, launch(host, prefs));
  return /** @type {Promise<import('puppeteer-core').Browser>} */ (browsers.get(key));
}

async function launch(host, prefs) {
  const common = { executablePath: BINARIES[host], headless: true, defaultViewport: { width: 1000, height: 900 } };
  if (host === 'Firefox') return puppeteer.launch({ ...common, browser: 'firefox', extraPrefsFirefox: { ...FIREFOX, ...prefs } });
  const args = ['--no-sandbox', '--disable-gpu', '--enable-unsafe-swiftshader', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-color-profile=srgb'];
  const started = await puppeteer.launch({ ...common, args });
  const session = await started.target().createCDPSession();
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads });
  await started.defaultBrowserContext().overridePermissions(address, ['clipboard-read', 'clipboard-write', 'clipboard-sanitized-write']);
  return started;
}

let file = '';
const server = createServer((request, response) => {
  const png = request.url?.startsWith('/in.png');
  response.writeHead(200, { 'content-type': png ? 'image/png' : 'text/html', 'cache-control': 'no-store' });
  response.end(png ? readFileSync(file) : '<!doctype html><title>t</title><body style="margin:0">');
});
await new Promise((done) => server.listen(0, '127.0.0.1', () => done(null)));
const address = `http://127.0.0.1:${/** @type {any} */ (server.address()).port}`;

/** In the page: an image on a canvas, as the options say, given as a data URL or as raw pixels. */
async function onCanvas(options) {
  const asUrl = (blob) => new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = fail;
    reader.readAsDataURL(blob);
  });
  const bytes = await (await fetch('/in.png')).blob();
  const image = new Image();
  image.src = options.svg ? await asUrl(bytes) : '/in.png';
  await image.decode();
  const [width, height] = [image.naturalWidth, image.naturalHeight].map((n) => Math.round(n * (options.scale ?? 1)));
  let drawing = image;
  if (options.svg) {
    drawing = new Image();
    drawing.src = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="${image.src}"/></svg>`)}`;
    await drawing.decode();
  }
  if (options.kind === 'fetch') return { url: await asUrl(bytes) };
  if (options.kind === 'decoder') {
    const decoder = new ImageDecoder({ data: await bytes.arrayBuffer(), type: 'image/png', premultiplyAlpha: 'none' });
    const frame = (await decoder.decode()).image;
    const raw = new Uint8Array(frame.allocationSize({ format: 'RGBA' }));
    await frame.copyTo(raw, { format: 'RGBA' });
    return { raw: await asUrl(new Blob([raw])), width, height };
  }
  if (options.kind === 'webgl') {
    const gl = document.createElement('canvas').getContext('webgl');
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, gl.getParameter(gl.TEXTURE_BINDING_2D), 0);
    const raw = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, raw);
    return { raw: await asUrl(new Blob([raw])), width, height };
  }
  if (options.kind === 'clipboard') {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': bytes })]);
    const [item] = await navigator.clipboard.read();
    return { url: await asUrl(await item.getType('image/png')) };
  }
  const canvas = options.offscreen ? new OffscreenCanvas(width, height) : Object.assign(document.createElement('canvas'), { width, height });
  if (options.bitmap) {
    const bitmap = await createImageBitmap(bytes, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' });
    canvas.getContext('bitmaprenderer').transferFromImageBitmap(bitmap);
  } else {
    const context = canvas.getContext('2d', options.context);
    if (options.filter) context.filter = options.filter;
    if (options.back) {
      context.fillStyle = options.back;
      context.fillRect(0, 0, width, height);
    }
    context.drawImage(drawing, 0, 0, width, height);
    if (options.mark) {
      context.fillStyle = 'red';
      context.fillRect(30, 30, 40, 20);
    }
    if (options.kind === 'pixels') {
      const raw = context.getImageData(0, 0, width, height).data;
      return { raw: await asUrl(new Blob([raw])), width, height };
    }
  }
  const type = options.type ?? 'image/png';
  const blob = options.offscreen ? await canvas.convertToBlob({ type }) : await new Promise((done) => canvas.toBlob(done, type, options.quality));
  if (blob.type !== type) throw new Error(`this browser writes no ${type}`);
  return { url: await asUrl(blob) };
}

const decoded = (url) => Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');

/** A way through a canvas. @param {object} options @param {object} [prefs] */
const canvas = (options, prefs) => async (host) => {
  const page = await (await browser(host, prefs)).newPage();
  try {
    await page.goto(address);
    const got = await page.evaluate(onCanvas, options);
    if (got.url) return decoded(got.url);
    const png = new PNG({ width: got.width, height: got.height });
    decoded(got.raw).copy(png.data);
    return PNG.sync.write(png);
  } finally {
    await page.close();
  }
};

/** A way in which a page shows the picture and something looks at it. */
const shown = (style, look, scale = 1) => async (host) => {
  const page = await (await browser(host)).newPage();
  try {
    const head = PNG.sync.read(readFileSync(file));
    await page.setViewport({ width: Math.max(400, head.width + 80), height: Math.max(300, head.height + 80), deviceScaleFactor: scale });
    await page.goto(address);
    await page.evaluate(async (css) => {
      const image = Object.assign(new Image(), { src: '/in.png', id: 'it' });
      image.style.cssText = `display:block;${css}`;
      document.body.append(image);
      await image.decode();
    }, style);
    return await look(page, host, head);
  } finally {
    await page.close();
  }
};

const element = async (page) => (await page.$('#it')).screenshot();
const whole = async (page) => page.screenshot();

async function printed(page) {
  const folder = mkdtempSync(join(tmpdir(), 'print'));
  writeFileSync(join(folder, 'a.pdf'), await page.pdf({ width: '1000px', height: '1200px', printBackground: true }));
  execFileSync('pdfimages', ['-png', join(folder, 'a.pdf'), join(folder, 'a')]);
  const bytes = readFileSync(join(folder, 'a-000.png'));
  rmSync(folder, { recursive: true });
  return bytes;
}

async function downloaded(page) {
  const name = `d${Math.random().toString(36).slice(2)}.png`;
  await page.evaluate((given) => {
    const link = Object.assign(document.createElement('a'), { href: '/in.png', download: given });
    document.body.append(link);
    link.click();
  }, name);
  const path = join(downloads, name);
  for (let tries = 0; tries < 200; tries++) {
    if (existsSync(path) && readFileSync(path).length === readFileSync(file).length) return readFileSync(path);
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('no download came');
}

const WAYS = {
  'the file, by fetch': canvas({ kind: 'fetch' }),
  'the file, downloaded': shown('', downloaded),
  'clipboard, written and read': canvas({ kind: 'clipboard' }),
  'canvas, toBlob': canvas({}),
  'canvas, alpha: false': canvas({ context: { alpha: false } }),
  'canvas, white below': canvas({ back: 'white' }),
  'canvas, getImageData': canvas({ kind: 'pixels', context: { willReadFrequently: true } }),
  'OffscreenCanvas': canvas({ offscreen: true }),
  'ImageBitmap, not premultiplied': canvas({ bitmap: true }),
  'ImageDecoder': canvas({ kind: 'decoder' }),
  'WebGL, readPixels': canvas({ kind: 'webgl' }),
  'inside an SVG, canvas': canvas({ svg: true }),
  'screenshot of the image': shown('', element),
  'screenshot, page around it': shown('margin:13px 21px', whole),
  'printed to PDF, pdfimages': shown('', printed),
  'screenshot at scale 2': shown('', element, 2),
  'screenshot at scale 1.25': shown('', element, 1.25),
  'screenshot, zoomed to 80 %': shown('width:80%', element),
  'canvas, display-p3': canvas({ context: { colorSpace: 'display-p3' } }),
  'canvas, scaled by 0.7': canvas({ scale: 0.7 }),
  'canvas, JPEG': canvas({ type: 'image/jpeg', quality: 0.92 }),
  'canvas, WebP': canvas({ type: 'image/webp', quality: 0.8 }),
  'canvas, brightness(1.1)': canvas({ filter: 'brightness(1.1)' }),
  'canvas, a box drawn': canvas({ mark: true }),
  'canvas, fingerprinting resisted': canvas({}, { 'privacy.resistFingerprinting': true }),
};

await answerLines(
  async (question) => {
    if (question.name === 'version') return (await browser(question.host)).version();
    file = question.in;
    writeFileSync(question.out, await WAYS[question.name](question.host));
    return null;
  },
  async () => {
    for (const started of browsers.values()) await (await started).close();
    rmSync(downloads, { recursive: true });
    server.close();
  },
);
