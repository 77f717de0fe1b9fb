import test from 'node:test';
import assert from 'node:assert/strict';
import { decode, encode, inspect, DecodeError, UnknownNameError } from '../src/intaglio.js';
import { assemble, parts } from './tools.js';
import { writeHeader } from '../src/header.js';

const COUNT = 300;
const names = Array.from({ length: COUNT }, (_, i) => `a${i}`);

/** A file of many arrays; those of these numbers have a digest that is not theirs. @param {number[]} wrong */
async function file(wrong) {
  const arrays = names.map((name, i) => ({ name, element: 'uint8', shape: [2], bytes: Uint8Array.of(i & 255, 1), codec: /** @type {'stored'} */ ('stored') }));
  const { header, tables, blocks } = parts(await encode({ arrays, profile: 'raw' }));
  for (const i of wrong) header.arrays[i].digest = new Uint8Array(32);
  return assemble({ headerBytes: writeHeader(header), tables, blocks });
}

test('with onFault the arrays around damaged ones are read, in one pass', async () => {
  const faults = new Map();
  let passes = 0;
  const { arrays } = await decode(await file([7, COUNT - 1]), {
    onFault: (name, fault) => faults.set(name, fault),
    onProgress: (stage, done) => { passes += Number(stage === 'png' && done === 1); },
  });
  assert.deepEqual([...faults.keys()], ['a7', `a${COUNT - 1}`]);
  for (const fault of faults.values()) assert.equal(fault.reason, 'array-digest-mismatch');
  assert.deepEqual(arrays.map((a) => a.name), names.filter((n) => !faults.has(n)));
  for (const a of arrays) assert.deepEqual([...a.bytes], [Number(a.name.slice(1)) & 255, 1]);
  assert.ok(passes <= 1);
});

test('without onFault the first damaged array refuses the file', async () => {
  await assert.rejects(decode(await file([7])), (e) => e instanceof DecodeError && e.reason === 'array-digest-mismatch');
  assert.equal((await inspect(await file([7]))).arrays.length, COUNT);
});

test('what is wrong with the file as a whole is thrown, onFault or not', async () => {
  const bytes = await file([]);
  await assert.rejects(decode(bytes.subarray(0, bytes.length - 5), { onFault: () => assert.fail() }), (e) => e instanceof DecodeError && e.reason === 'png-damaged');
  await assert.rejects(decode(bytes, { wanted: ['nobody'], onFault: () => assert.fail() }), UnknownNameError);
  await assert.rejects(decode(bytes, { limits: { bytes: 3 }, onFault: () => assert.fail() }), (e) => e instanceof DecodeError && e.reason === 'limit-exceeded');
});
