/** What libraries of npm do to a picture. Each function: the file's bytes in, the new file's bytes out. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { Jimp } from 'jimp';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import UPNG from 'upng-js';
import { answerLines } from './answering.mjs';

const plain = (bytes) => sharp(bytes);
const through = async (bytes, form, options) => sharp(await sharp(bytes)[form](options).toBuffer()).png().toBuffer();

/** @param {Buffer} bytes @param {(context: any, image: any) => void} draw */
async function drawn(bytes, draw, scale = 1) {
  const image = await loadImage(bytes);
  const canvas = createCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
  draw(canvas.getContext('2d'), image, canvas);
  return canvas.toBuffer('image/png');
}

const WAYS = {
  sharp: {
    default: (b) => plain(b).toBuffer(),
    'compression 9': (b) => plain(b).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer(),
    progressive: (b) => plain(b).png({ progressive: true }).toBuffer(),
    withMetadata: (b) => plain(b).withMetadata({ density: 300 }).toBuffer(),
    ensureAlpha: (b) => plain(b).ensureAlpha().png().toBuffer(),
    removeAlpha: (b) => plain(b).removeAlpha().png().toBuffer(),
    flatten: (b) => plain(b).flatten({ background: 'white' }).png().toBuffer(),
    'raw and back': async (b) => {
      const { data, info } = await plain(b).raw().toBuffer({ resolveWithObject: true });
      return sharp(data, { raw: info }).png().toBuffer();
    },
    'rgb16 (16 bits)': (b) => plain(b).toColourspace('rgb16').png().toBuffer(),
    'WebP, lossless': (b) => through(b, 'webp', { lossless: true }),
    'TIFF, lzw': (b) => through(b, 'tiff', { compression: 'lzw' }),
    'AVIF, lossless': (b) => through(b, 'avif', { lossless: true, effort: 0 }),
    'palette: true': (b) => plain(b).png({ palette: true }).toBuffer(),
    'effort: 10': (b) => plain(b).png({ effort: 10 }).toBuffer(),
    'JPEG, quality 90': (b) => through(b, 'jpeg', { quality: 90 }),
    'JPEG, mozjpeg': (b) => through(b, 'jpeg', { mozjpeg: true }),
    'WebP, quality 80': (b) => through(b, 'webp', {}),
    'resize 150': (b) => plain(b).resize(150).png().toBuffer(),
    'rotate(90)': (b) => plain(b).rotate(90).png().toBuffer(),
    flip: (b) => plain(b).flip().png().toBuffer(),
    extend: (b) => plain(b).extend(9).png().toBuffer(),
    greyscale: (b) => plain(b).greyscale().png().toBuffer(),
    'blur(1)': (b) => plain(b).blur(1).png().toBuffer(),
    'linear(1.1, 5)': (b) => plain(b).linear(1.1, 5).png().toBuffer(),
  },
  pngjs: {
    'read, write': (b) => PNG.sync.write(PNG.sync.read(b)),
    'colour type 2': (b) => PNG.sync.write(PNG.sync.read(b), { colorType: 2 }),
    'colour type 6': (b) => PNG.sync.write(PNG.sync.read(b), { colorType: 6, filterType: 4 }),
  },
  'UPNG.js': {
    'encode, lossless': (b) => {
      const image = UPNG.decode(b);
      return Buffer.from(UPNG.encode([UPNG.toRGBA8(image)[0]], image.width, image.height, 0));
    },
    'encode, 256 colours': (b) => {
      const image = UPNG.decode(b);
      return Buffer.from(UPNG.encode([UPNG.toRGBA8(image)[0]], image.width, image.height, 256));
    },
  },
  jimp: {
    'read, write': async (b) => (await Jimp.read(b)).getBuffer('image/png'),
    'via BMP': async (b) => (await Jimp.read(await (await Jimp.read(b)).getBuffer('image/bmp'))).getBuffer('image/png'),
    'via JPEG': async (b) => (await Jimp.read(await (await Jimp.read(b)).getBuffer('image/jpeg'))).getBuffer('image/png'),
    'flip': async (b) => (await Jimp.read(b)).flip({ horizontal: true }).getBuffer('image/png'),
  },
  'Skia canvas': {
    drawImage: (b) => drawn(b, (context, image) => context.drawImage(image, 0, 0)),
    'drawImage on white': (b) => drawn(b, (context, image, canvas) => {
      context.fillStyle = 'white';
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, 0, 0);
    }),
    'a box drawn': (b) => drawn(b, (context, image) => {
      context.drawImage(image, 0, 0);
      context.strokeStyle = 'red';
      context.lineWidth = 3;
      context.strokeRect(20, 30, 50, 30);
    }),
    'scaled by 0.8': (b) => drawn(b, (context, image, canvas) => context.drawImage(image, 0, 0, canvas.width, canvas.height), 0.8),
  },
};

await answerLines(async (question) => {
  const bytes = readFileSync(question.in);
  writeFileSync(question.out, await WAYS[question.host][question.name](bytes));
});
