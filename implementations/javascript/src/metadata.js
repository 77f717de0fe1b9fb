/** SPEC 8: JSON texts, checked and kept as they are. The scanner below goes at most 64 deep and hands nothing to a general parser but short strings. */
import { decodeUtf8 } from './bytes.js';

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const MAX_DEPTH = 64;
const MAX_NUMBER = 512;

class Scanner {
  /** @param {string} s */
  constructor(s) {
    this.s = s;
    this.i = 0;
  }

  space() {
    const { s } = this;
    for (;;) {
      const c = s.charCodeAt(this.i);
      if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) this.i++;
      else return;
    }
  }

  /** @param {string} word */
  literal(word) {
    if (!this.s.startsWith(word, this.i)) throw new Error('not JSON');
    this.i += word.length;
  }

  number() {
    NUMBER.lastIndex = this.i;
    const m = NUMBER.exec(this.s);
    if (!m) throw new Error('not JSON');
    if (m[0].length > MAX_NUMBER) throw new Error('a number is too long');
    if (!Number.isFinite(Number(m[0]))) throw new Error('a number is too large');
    this.i += m[0].length;
  }

  /** The string that begins here; its value only if `want`. @param {boolean} want @returns {string} */
  string(want) {
    const { s } = this;
    if (s.charCodeAt(this.i) !== 0x22) throw new Error('not JSON');
    const start = this.i++;
    let escaped = false;
    for (;;) {
      const c = s.charCodeAt(this.i++);
      if (c === 0x22) break;
      if (!(c >= 0x20)) throw new Error('not JSON'); // a control character, or NaN: the end of the text
      if (c !== 0x5c) continue;
      escaped = true;
      const e = s[this.i++];
      if (e === 'u') {
        const u = this.hex4();
        if (u >= 0xdc00 && u <= 0xdfff) throw new Error('lone surrogate');
        if (u >= 0xd800 && u <= 0xdbff) {
          if (s[this.i] !== '\\' || s[this.i + 1] !== 'u') throw new Error('lone surrogate');
          this.i += 2;
          const v = this.hex4();
          if (v < 0xdc00 || v > 0xdfff) throw new Error('lone surrogate');
        }
      } else if (e === undefined || !'"\\/bfnrt'.includes(e)) throw new Error('not JSON');
    }
    if (!want) return '';
    return escaped ? JSON.parse(s.slice(start, this.i)) : s.slice(start + 1, this.i - 1);
  }

  hex4() {
    const h = this.s.slice(this.i, this.i + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(h)) throw new Error('not JSON');
    this.i += 4;
    return parseInt(h, 16);
  }

  /** @param {number} depth */
  value(depth) {
    const c = this.s[this.i];
    if (c === '{') this.object(depth + 1);
    else if (c === '[') this.array(depth + 1);
    else if (c === '"') this.string(false);
    else if (c === 't') this.literal('true');
    else if (c === 'f') this.literal('false');
    else if (c === 'n') this.literal('null');
    else this.number();
  }

  /** @param {number} depth */
  object(depth) {
    if (depth > MAX_DEPTH) throw new Error('nested too deep');
    this.literal('{');
    this.space();
    if (this.s[this.i] === '}') {
      this.i++;
      return;
    }
    const names = new Set();
    for (;;) {
      this.space();
      const name = this.string(true);
      if (names.has(name)) throw new Error('a member name occurs twice');
      names.add(name);
      this.space();
      this.literal(':');
      this.space();
      this.value(depth);
      this.space();
      if (this.s[this.i] === '}') break;
      this.literal(',');
    }
    this.i++;
  }

  /** @param {number} depth */
  array(depth) {
    if (depth > MAX_DEPTH) throw new Error('nested too deep');
    this.literal('[');
    this.space();
    if (this.s[this.i] === ']') {
      this.i++;
      return;
    }
    for (;;) {
      this.space();
      this.value(depth);
      this.space();
      if (this.s[this.i] === ']') break;
      this.literal(',');
    }
    this.i++;
  }
}

/**
 * [MET-1] to [MET-5]: the text, null if absent. Throws a plain Error that says what is wrong.
 * @param {Uint8Array} bytes @returns {string|null}
 */
export function readMetadata(bytes) {
  if (bytes.length === 0) return null;
  const text = decodeUtf8(bytes);
  if (text === null) throw new Error('not UTF-8');
  const s = new Scanner(text);
  s.space();
  if (s.s[s.i] !== '{') throw new Error('the top level is not an object');
  s.object(1);
  s.space();
  if (s.i !== text.length) throw new Error('something follows the JSON text');
  return text;
}
