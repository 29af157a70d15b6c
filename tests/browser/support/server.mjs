import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const kBinary = process.env.CROUPIER_BIN;

/** The real binary in demo mode, on a data directory of its own that survives its death. */
export class Server {
  static async start() {
    if (!kBinary) throw new Error('CROUPIER_BIN is not set: it names the built server');
    const server = new Server();
    server.dir = await mkdtemp(join(tmpdir(), 'croupier-browser-'));
    server.port = 0;
    await server.run();
    return server;
  }

  /** Starts, also again: on the same data and the same port. Resolves when it listens. */
  async run() {
    const child = spawn(kBinary, ['serve', '--demo', '--data-dir', this.dir, '--listen', `127.0.0.1:${this.port}`],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    this.exit = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    const said = [];
    child.stderr.on('data', (text) => said.push(String(text)));
    const listening = new Promise((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        said.push(line);
        const found = /listening on (http:\/\/[^\s:]+:(\d+))/.exec(line);
        if (found) resolve(found);
      });
    });
    const found = await Promise.race([listening, this.exit]);
    if (!Array.isArray(found)) throw new Error(`the server ended before it listened: ${JSON.stringify(found)}\n${said.join('\n')}`);
    this.port = Number(found[2]);
    this.url = found[1];
  }

  /** Starts it again if a test that failed has left it dead. */
  async ensure() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) await this.run();
  }

  /** kill -9 */
  async kill() {
    this.child.kill('SIGKILL');
    await this.exit;
  }

  /** SIGTERM; its data stays. */
  async end() {
    this.child.kill('SIGTERM');
    return this.exit;
  }

  async stop() {
    const how = await this.end();
    await rm(this.dir, { recursive: true, force: true });
    return how;
  }
}
