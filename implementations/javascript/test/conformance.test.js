/** Every conformance case, in one process. The contract itself (exit codes, files) is the runner's business. */
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { decode, UnknownNameError } from '../src/intaglio.js';
import { sha256, hex } from '../src/bytes.js';

const root = new URL(process.env.INTAGLIO_CONFORMANCE ?? '../../../conformance/', import.meta.url);
const manifest = new URL('manifest.json', root);
const cases = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).cases : [];
const at = (/** @type {string} */ path) => readFileSync(new URL(`cases/${path}`, root));

test('the conformance cases are there', { skip: !existsSync(manifest) && 'this copy stands alone' }, () => assert.ok(cases.length > 300));

for (const { id, result } of cases) {
  test(id, async () => {
    const wanted = JSON.parse(at(`${id}.json`).toString());
    let got;
    try {
      got = await decode(new Uint8Array(at(`${id}.png`)), wanted.only ? { wanted: wanted.only } : {});
    } catch (e) {
      if (e instanceof UnknownNameError) return assert.equal('absent', result);
      assert.ok(/** @type {any} */ (e).reason, String(/** @type {any} */ (e).stack));
      const reason = `reject ${/** @type {any} */ (e).reason}`; // where SPEC.md leaves it open, one of two
      return assert.equal(reason, `${result} ${reason.endsWith(wanted.or) ? wanted.or : wanted.reason}`);
    }
    assert.equal('accept', result, wanted.reason);
    assert.equal(got.metadata, wanted.metadata);
    assert.deepEqual(got.arrays.map(facts), wanted.arrays.map(facts));
    got.arrays.forEach((a, i) => {
      assert.equal(hex(sha256(a.bytes)), wanted.arrays[i].sha256);
      if ('hex' in wanted.arrays[i]) assert.equal(hex(a.bytes), wanted.arrays[i].hex);
    });
  });
}

/** @param {any} a */
function facts(a) {
  return { name: a.name, element: a.element, unit: a.unit, unitCount: a.unitCount ?? a.unit_count, shape: a.shape.map(String), metadata: a.metadata };
}
