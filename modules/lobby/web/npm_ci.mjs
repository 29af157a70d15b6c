// node npm_ci.mjs DIR: makes DIR/node_modules what DIR/package-lock.json says, unless it is that already.
//
// The stamp inside node_modules holds the lock file's hash. CMake runs this under flock(1), so that two build trees that
// start together do not install into each other.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const dir = process.argv[2];
const stamp = join(dir, 'node_modules', '.croupier-stamp');
const wanted = createHash('sha256').update(readFileSync(join(dir, 'package-lock.json'))).digest('hex');

if (installed() !== wanted) {
  console.log(`Installing the npm packages of ${dir}`);
  execFileSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: dir, stdio: 'inherit' });
}
writeFileSync(stamp, wanted); // Also when it was right: the stamp is now newer than the lock file.

function installed() {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return '';
  }
}
