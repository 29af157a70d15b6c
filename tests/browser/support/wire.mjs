import { connect, createServer } from 'node:net';

/** A TCP wire between browser and server that can be cut, or made deaf in the direction of the browser. */
export class Wire {
  static async to(server) {
    const wire = new Wire();
    wire.pairs = new Set();
    wire.whole = true;
    wire.lost = 0;
    wire.listener = createServer((near) => wire.join(near, server.port));
    await new Promise((resolve) => wire.listener.listen(0, '127.0.0.1', resolve));
    wire.listener.unref(); // A test that failed does not keep the others from ending.
    wire.url = `http://127.0.0.1:${wire.listener.address().port}`;
    return wire;
  }

  join(near, port) {
    if (!this.whole) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    const pair = { near, far, socket: false, deaf: false };
    this.pairs.add(pair);
    const end = () => {
      near.destroy();
      far.destroy();
      this.pairs.delete(pair);
    };
    near.on('data', (bytes) => {
      if (/^upgrade: *websocket/im.test(bytes.toString('latin1'))) pair.socket = true;
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (pair.deaf) this.lost += bytes.length;
      else near.write(bytes);
    });
    for (const socket of [near, far]) {
      socket.on('error', end);
      socket.on('close', end);
    }
  }

  /** Every connection breaks, and no other comes about until `mend`. */
  cut() {
    this.whole = false;
    for (const { near, far } of [...this.pairs]) {
      near.destroy();
      far.destroy();
    }
  }
  mend() {
    this.whole = true;
  }

  /** What the server says on the present WebSockets is lost; new ones are sound. */
  deafen() {
    this.lost = 0;
    for (const pair of this.pairs) pair.deaf = pair.socket;
  }

  async close() {
    this.cut();
    await new Promise((resolve) => this.listener.close(resolve));
  }
}
