/** Every refusal in plain words: what happened, and what to do. */

const ORIGINAL = 'Ask for the original file, sent as a file (an attachment, a download) and not as a picture in a chat or a document.';
const UPDATE = 'It was probably written by a newer version of Intaglio: use a newer reader.';
const DAMAGED = `The file was damaged on its way, or edited. ${ORIGINAL}`;

/** @type {Record<string, [string, string]>} */
const WORDS = {
  'not-png': ['This is not a PNG.', 'Only a PNG can carry the data.'],
  'png-damaged': ['This PNG is damaged or cut off.', 'Download or copy it again.'],
  'limit-exceeded': ['This is more than a browser page can hold.', 'Read it with the Python package: intaglio unpack FILE.'],
  'no-prologue': ['This picture carries no Intaglio data.', `If it once did, it was resized, cropped, recoloured or recompressed since, and that destroys the data. ${ORIGINAL}`],
  'prologue-damaged': ['This picture carried Intaglio data, but its first pixels were changed.', `Somebody edited, recompressed or drew on it. ${ORIGINAL} The command intaglio verify FILE may tell more.`],
  'version-unknown': ['This file has a version of the format that this page does not know.', UPDATE],
  'required-flag-unknown': ['This file needs a feature that this page does not know.', UPDATE],
  'prologue-malformed': ['The description of the data contradicts the format.', 'The program that wrote it is at fault: tell its author.'],
  'carrier-size-mismatch': ['This picture was cropped, padded, turned or resized since the data was written.', ORIGINAL],
  'length-mismatch': ['The lengths in this file contradict each other.', DAMAGED],
  'header-damaged': ['The list of arrays in this picture is damaged.', DAMAGED],
  'header-malformed': ['The list of arrays contradicts the format.', 'The program that wrote it is at fault: tell its author.'],
  'name-invalid': ['An array in this file has a name that is not allowed.', 'The program that wrote it is at fault: tell its author.'],
  'metadata-invalid': ['The metadata in this file is not valid JSON.', 'The program that wrote it is at fault: tell its author.'],
  'extension-unknown': ['This file needs an extension that this page does not know.', UPDATE],
  'root-mismatch': ['The SHA-256 over the list of arrays does not match.', DAMAGED],
  'element-unknown': ['The type of this array is unknown to this page.', UPDATE],
  'filter-unknown': ['This array is stored with a filter that this page does not know.', UPDATE],
  'codec-unknown': ['This array is compressed in a way that this page does not know.', UPDATE],
  'block-damaged': ['Pixels that carry this array were changed.', DAMAGED],
  'block-malformed': ['A part of this array cannot be decompressed.', 'The program that wrote it is at fault, or somebody changed the file on purpose.'],
  'block-digest-mismatch': ['A part of this array does not match its SHA-256, so it is not shown.', DAMAGED],
  'element-invalid': ['A bool in this array is neither 0 nor 1.', 'The program that wrote it is at fault: tell its author.'],
  'array-digest-mismatch': ['This array does not match its SHA-256, so it is not shown.', DAMAGED],
};

/** @type {[number[], string][]} */
const OTHERS = [
  [[0xff, 0xd8, 0xff], 'JPEG'], [[0x47, 0x49, 0x46, 0x38], 'GIF'], [[0x42, 0x4d], 'BMP'], [[0x49, 0x49, 0x2a, 0], 'TIFF'], [[0x4d, 0x4d, 0, 0x2a], 'TIFF'],
  [[0x25, 0x50, 0x44, 0x46], 'PDF'], [[0x50, 0x4b, 3, 4], 'zip file'],
];

/**
 * @param {string} reason @param {string} message @param {Uint8Array} [start] first bytes of the file
 * @returns {{what: string, remedy: string}}
 */
export function plainWords(reason, message, start) {
  const [what, remedy] = WORDS[reason] ?? ['This cannot be read.', message];
  if (reason === 'not-png' && start) {
    if (start.length === 0) return { what: 'This file is empty.', remedy: 'Download or copy it again.' };
    const webp = String.fromCharCode(...start.slice(8, 12)) === 'WEBP';
    const other = webp ? 'WebP' : OTHERS.find(([bytes]) => bytes.every((b, i) => start[i] === b))?.[1];
    if (other && !['PDF', 'zip file'].includes(other)) return { what: `This is a ${other}, not a PNG: if it ever carried data, the data is gone.`, remedy: ORIGINAL };
    if (other) return { what: `This is a ${other}, not a PNG.`, remedy };
  }
  const sizes = reason === 'carrier-size-mismatch' && /written for (.*), the picture is (.*)/.exec(message);
  if (sizes) return { what: `The data was written for ${sizes[1]} pixels, this picture has ${sizes[2]}: it was cropped, padded, turned or resized.`, remedy };
  return { what, remedy };
}
