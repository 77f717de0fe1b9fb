/** Small helpers around the document. Text from files only ever becomes textContent. */

/** @template {HTMLElement} [T=any] @param {string} id @returns {T} */
export const $ = (id) => /** @type {T} */ (document.getElementById(id));

/** @param {string} tag @param {Record<string, any>} [properties] @param {...(Node|string)} children @returns {any} */
export function h(tag, properties = {}, ...children) {
  const e = Object.assign(document.createElement(tag), properties);
  e.append(...children);
  return e;
}

/** A file name or array name made safe to look at: what moves, hides or turns text round is shown as its number. @param {string} text */
export function visible(text) {
  return text.replace(/[\p{C}\p{Z}]/gu, (c) => (c === ' ' ? c : `\\u{${/** @type {number} */ (c.codePointAt(0)).toString(16)}}`));
}

/** @param {Uint8Array[]} parts @param {string} name */
export function saveFile(parts, name) {
  const type = name.endsWith('.png') ? 'image/png' : 'application/octet-stream';
  const url = URL.createObjectURL(new Blob(/** @type {any} */ (parts), { type }));
  const a = h('a', { href: url, download: name });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/** @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not https, or not allowed
    const area = h('textarea', { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (!done) throw new Error('This browser does not let pages copy.');
  }
}

/** @param {number} n */
export const bytesText = (n) => (n < 1e4 ? `${n} bytes` : n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`);

/** Few digits, for ends of scales. @param {number} v */
export const short = (v) => String(Number(v.toPrecision(6)));
