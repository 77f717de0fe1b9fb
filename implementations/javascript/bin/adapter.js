#!/usr/bin/env node
/** The command: describe | decode | encode. Exit 0 done, 65 rejected, 69 not supported, 64 usage. */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { decode, encode, DecodeError, EncodeError, LIMITS, UnknownNameError } from '../src/intaglio.js';
import { hex } from '../src/bytes.js';

class Usage extends Error {}

/** @param {string[]} args @param {string[]} known @param {string[]} [many] */
function options(args, known, many = []) {
  /** @type {Record<string, any>} */
  const out = Object.fromEntries(many.map((m) => [m, []]));
  for (let i = 0; i < args.length; i += 2) {
    const name = args[i].startsWith('--') ? args[i].slice(2) : '';
    if (i + 1 >= args.length) throw new Usage(`${args[i]} needs a value`);
    if (many.includes(name)) out[name].push(args[i + 1]);
    else if (known.includes(name) && !(name in out)) out[name] = args[i + 1];
    else throw new Usage(`unknown or repeated argument ${args[i]}`);
  }
  return out;
}

/** @template T @param {() => T} f @returns {T} */
function io(f) {
  try {
    return f();
  } catch (e) {
    throw new Usage(String(/** @type {Error} */ (e).message));
  }
}

function describe() {
  console.log(JSON.stringify({
    name: 'intaglio-js', version: '0.1.0', language: 'JavaScript', formatVersions: ['1.0'],
    features: ['decode', 'encode', 'inspect', 'only', 'cover', 'zstd', 'stored', 'order', 'delta', 'lorenzo', 'zigzag', 'shuffle', 'bytedelta', 'decimal'],
    limits: { pixels: LIMITS.pixels, canonicalBytes: LIMITS.bytes },
  }));
  return 0;
}

/** @param {string[]} args */
async function runDecode(args) {
  const o = options(args, ['in', 'out'], ['only']);
  if (!o.in || !o.out) throw new Usage('decode --in F.png --out DIR [--only NAME]...');
  const file = io(() => readFileSync(o.in));
  io(() => mkdirSync(o.out, { recursive: true }));
  for (const f of readdirSync(o.out)) if (/^\d+\.bin$/.test(f) || f === 'result.json') rmSync(join(o.out, f));
  const finish = (/** @type {object} */ r) => writeFileSync(join(o.out, 'result.json'), `${JSON.stringify(r, null, 1)}\n`);
  let result;
  try {
    result = await decode(file, o.only.length ? { wanted: o.only } : {});
  } catch (e) {
    if (e instanceof DecodeError) {
      finish({ result: 'reject', reason: e.reason });
      console.error(e.message);
      return 65;
    }
    if (e instanceof UnknownNameError) throw new Usage(e.message);
    throw e;
  }
  result.arrays.forEach((a, i) => writeFileSync(join(o.out, `${i}.bin`), a.bytes));
  finish({
    result: 'accept', metadata: result.metadata,
    arrays: result.arrays.map((a, i) => ({
      name: a.name, element: a.element, unit: a.unit, unit_count: a.unitCount, shape: a.shape.map(String), metadata: a.metadata,
      sha256: hex(a.digest), file: `${i}.bin`,
    })),
  });
  return 0;
}

/** @param {string[]} args */
async function runEncode(args) {
  const o = options(args, ['request', 'out', 'cover']);
  if (!o.request || !o.out) throw new Usage('encode --request R.json --out F.png [--cover C.png]');
  const r = io(() => JSON.parse(readFileSync(o.request, 'utf8')));
  if (r === null || typeof r !== 'object' || !Array.isArray(r.arrays)) throw new Usage('the request has no arrays');
  const base = dirname(resolve(o.request));
  const arrays = r.arrays.map((/** @type {any} */ a) => {
    if (!Array.isArray(a?.shape) || typeof a.file !== 'string' || (a.filters && !a.filters.every(Array.isArray))) throw new Usage('an array of the request is malformed');
    return {
      name: a.name, element: a.element, unit: a.unit ?? null, unitCount: a.unit_count ?? undefined, shape: a.shape, metadata: a.metadata ?? null,
      bytes: new Uint8Array(io(() => readFileSync(resolve(base, a.file)))),
      filters: a.filters ?? undefined, codec: a.codec ?? undefined, blockLength: a.block_length ?? undefined,
    };
  });
  try {
    const png = await encode({
      metadata: r.metadata ?? null, depths: r.depths ?? undefined, profile: r.profile, width: r.width, height: r.height, arrays,
      cover: o.cover ? new Uint8Array(io(() => readFileSync(o.cover))) : null,
    });
    io(() => writeFileSync(o.out, png));
    return 0;
  } catch (e) {
    if (!(e instanceof EncodeError)) throw e;
    console.error(e.message);
    return 65;
  }
}

const [command, ...args] = process.argv.slice(2);
try {
  if (command === 'describe' && args.length === 0) process.exitCode = describe();
  else if (command === 'decode') process.exitCode = await runDecode(args);
  else if (command === 'encode') process.exitCode = await runEncode(args);
  else throw new Usage('describe | decode --in F.png --out DIR [--only NAME]... | encode --request R.json --out F.png [--cover C.png]');
} catch (e) {
  if (!(e instanceof Usage)) throw e;
  console.error(`usage: ${e.message}`);
  process.exitCode = 64;
}
