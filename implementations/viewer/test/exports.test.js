import test from 'node:test';
import assert from 'node:assert/strict';
import { fileNames } from '../src/worker/exports.js';
import { zip } from '../src/worker/zip.js';

/** How often text is brought into one form, which each comparison of names needs. @param {() => void} job */
function comparisons(job) {
  const plain = String.prototype.normalize;
  let count = 0;
  String.prototype.normalize = function normalize(...form) {
    count++;
    return plain.apply(this, form);
  };
  try {
    job();
  } finally {
    String.prototype.normalize = plain;
  }
  return count;
}

test('names alike in what is kept of them are told apart without trying all numbers', () => {
  for (const names of [
    Array.from({ length: 4000 }, (_, i) => `${'x'.repeat(150)}${i}`),
    Array.from({ length: 4000 }, (_, i) => [...'abcdefghijkl'].map((c, k) => (i >> k & 1 ? c.toUpperCase() : c)).join('')),
  ]) {
    let found = [];
    assert.ok(comparisons(() => { found = fileNames(names); }) <= 5 * names.length);
    assert.equal(new Set(found.map((n) => n.toLowerCase())).size, names.length);
  }
});

test('a name that looks like a numbered one is nobody else\'s', () => {
  const names = fileNames(['a', 'A', 'a~2', 'a', 'A~2', 'a~3']);
  assert.equal(new Set(names.map((n) => n.toLowerCase())).size, 6);
});

test('a zip file may have as many entries as a picture has arrays', () => {
  const parts = zip(Array.from({ length: 65535 }, (_, i) => ({ name: `${i}`, parts: [new Uint8Array(1)] })));
  const end = parts.at(-1);
  assert.equal(new DataView(end.buffer).getUint16(10, true), 65535);
});
