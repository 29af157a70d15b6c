// Parses an AsyncAPI document with the reference parser; any diagnostic of severity warning or worse fails.
// usage: node lint_asyncapi.mjs FOLDER-WITH-NODE_MODULES DOCUMENT
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const [, , tools, document] = process.argv;
const require = createRequire(path.join(path.resolve(tools), 'package.json'));
const { Parser } = require('@asyncapi/parser');

// Advice that does not fit: nothing here is published, and asyncapi-latest-version asks for releases newer than the parser.
const ignored = new Set(['asyncapi-info-contact', 'asyncapi3-tags', 'asyncapi-latest-version']);
const severities = ['error', 'warning', 'information', 'hint'];

const source = path.resolve(document);
const { document: parsed, diagnostics } = await new Parser().parse(await readFile(source, 'utf8'), { source });
let failed = parsed === undefined;
for (const { code, severity, message, path: where, source: file } of diagnostics) {
  if (ignored.has(code)) continue;
  console.log(`${path.basename(file ?? document)}: ${where.join('.')}: ${severities[severity]} ${code}: ${message}`);
  failed ||= severity <= 1;
}
console.log(failed ? `${document}: not valid` : `${document}: valid, ${parsed.allMessages().length} messages`);
process.exitCode = failed ? 1 : 0;
