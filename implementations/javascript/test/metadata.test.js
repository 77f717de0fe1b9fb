import test from 'node:test';
import assert from 'node:assert/strict';
import { readMetadata } from '../src/metadata.js';

const check = (t) => readMetadata(typeof t === 'string' ? new TextEncoder().encode(t) : Uint8Array.from(t));
const deep = (n) => `{"a":${'['.repeat(n - 1)}${']'.repeat(n - 1)}}`;

for (const t of ['{}', ' {"a": [1, -0.5e+3, true, false, null, "x\\n\\u0041"], "b": {}} \n', '{"\\ud83d\\ude00": "\\uD83D\\uDE00"}', deep(64),
  `{"n": ${'1'.repeat(308)}}`, `{"n": 0.${'1'.repeat(510)}}`, '{"n": 1e-9999}', '{"n": 1.7976931348623157e308}', '{"a":1,"A":2,"__proto__":1}', '{"":1}', '{"\u007f\ufeff":"\ufeff"}',
  '{"n":1.7976931348623158e308}', '{"n":-0}']) {
  test(`accepted: ${t.slice(0, 40)}`, () => assert.equal(check(t), t));
}
for (const t of ['{', '[]', '1', 'null', '"a"', '{"a":1,}', '{"a":01}', '{"a":.5}', '{"a":+1}', '{"a":1.}', '{"a":-}', '{"a":NaN}', "{'a':1}", '{"a":1}x', '{"a":1}{}', '{} \u00a0',
  '\ufeff{}', '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"x":{"a":1,"a":1}}', '{"a":"\\ud800"}', '{"\\udc00":1}', '{"a":"\\ud800x"}', '{"a":"\\ud800\\n"}', '{"a":"\\ud800\\ud800"}',
  '{"a":"\\x41"}', '{"a":"\\u00g0"}', '{"a":"\t"}', '{"a":"\n"}', '{"a":"b', '{"a":"\\', deep(65), deep(100000), `{"n": 0.${'1'.repeat(511)}}`, '{"n": 1e309}',
  '{"n":1.797693134862315807e309}', '{"n":1.7976931348623159e308}', '{"a" 1}', '{"a":1 "b":2}', '{,}', '{"a":[1,]}', '{"a":tru}', ' ', '{1:2}', '{"a":/**/1}',
  [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d], [0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d], [0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d], [0x7b, 0x7d, 0x00]]) {
  test(`refused: ${String(t).slice(0, 40)}`, () => assert.throws(() => check(t)));
}
test('absent', () => assert.equal(check([]), null));
