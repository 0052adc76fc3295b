/** One way from a process to a server, on which a test cuts the talk, silences it or makes it slow, and mends it again. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpLink {
  port: number;
  /** Breaks every connection, and each new one at once. */
  cut(): void;
  /** Nothing passes and nobody is told, as when packets are lost; what was said meanwhile arrives when it is mended. */
  silence(): void;
  /** Whatever is said arrives this much later, in both directions. */
  slow(ms: number): void;
  mend(): void;
  close(): Promise<void>;
}

export async function startTcpLink(target: { host: string; port: number }): Promise<TcpLink> {
  const sockets = new Set<Socket>();
  let state: 'up' | 'cut' | 'silent' = 'up';
  let delayMs = 0;

  /** In order, whatever the delay becomes meanwhile. */
  function relay(from: Socket, to: Socket): void {
    const late: Buffer[] = [];
    from.on('data', (chunk) => {
      if (delayMs === 0 && late.length === 0) pass(chunk);
      else {
        late.push(chunk);
        setTimeout(() => pass(late.shift()!), Math.max(1, delayMs));
      }
    });
    const pass = (chunk: Buffer) => {
      if (to.write(chunk) || from.isPaused()) return;
      from.pause();
      to.once('drain', () => state !== 'silent' && from.resume());
    };
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      setTimeout(() => to.destroy(), delayMs + 1);
    });
    sockets.add(from);
    if (state === 'silent') from.pause();
  }

  const server = createServer((near) => {
    if (state === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target);
    relay(near, far);
    relay(far, near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut';
      for (const socket of sockets) socket.destroy();
    },
    silence() {
      state = 'silent';
      for (const socket of sockets) socket.pause();
    },
    slow(ms) {
      delayMs = ms;
    },
    mend() {
      [state, delayMs] = ['up', 0];
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
