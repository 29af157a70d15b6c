// node test.mjs [--out DIR]: compiles the unit tests (*.test.ts) with esbuild and runs them with node's own runner.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({ options: { out: { type: 'string', default: join(here, 'dist/test') } } });
const out = resolve(options.out);

const tests = ['sdk/test', 'test'].flatMap((folder) =>
  readdirSync(join(here, folder)).filter((name) => name.endsWith('.test.ts')).map((name) => join(here, folder, name)));
await build({
  absWorkingDir: here, entryPoints: tests, bundle: true, platform: 'node', format: 'esm', target: 'node18', outdir: out,
  outbase: here, outExtension: { '.js': '.mjs' }, sourcemap: 'inline', logLevel: 'warning',
});
const compiled = tests.map((test) => join(out, test.slice(here.length + 1).replace(/\.ts$/, '.mjs')));
const run = spawnSync(process.execPath, ['--test', '--enable-source-maps', ...compiled], { stdio: 'inherit' });
process.exit(run.status ?? 1);
