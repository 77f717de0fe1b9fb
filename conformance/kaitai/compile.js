// Compile ../intaglio.ksy to Python: node compile.js OUT_DIR
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';
import compiler from 'kaitai-struct-compiler';

const out = process.argv[2];
if (!out) {
  console.error('usage: node compile.js OUT_DIR');
  process.exit(64);
}
const source = readFileSync(new URL('../intaglio.ksy', import.meta.url), 'utf8');
const files = await compiler.compile('python', yaml.load(source), null, false);
for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
