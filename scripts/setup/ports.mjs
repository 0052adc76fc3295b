/** Ports on the loopback interface. */
import { connect, createServer } from 'node:net';
import { say } from './say.mjs';

function tryListen(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const { port: given } = server.address();
      server.close(() => resolve(given));
    });
  });
}

const given = new Set();
/** Below those that systems give to outgoing connections: one of these may be gone again before a server has started. */
const anyPort = () => 20_000 + Math.floor(Math.random() * 12_000);

/** The wanted port, or the next free one, which is said. Without a wish, any free port. No port is given out twice. */
export async function takePort(name, wanted = 0) {
  for (let port = wanted || anyPort(); ; port = wanted ? port + 1 : anyPort()) {
    const free = given.has(port) ? undefined : await tryListen(port);
    if (!free) continue;
    given.add(free);
    if (wanted && free !== wanted) say(`  Port ${wanted} is taken by something else: ${name} goes to ${free}.`);
    return free;
  }
}

/** Whether a server accepts a connection; with `greets`, whether it also speaks first, as MySQL does when it is ready. */
export function answers(port, { host = '127.0.0.1', greets = false, withinMs = 1_000 } = {}) {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const finish = (verdict) => {
      socket.destroy();
      resolve(verdict);
    };
    socket.setTimeout(withinMs, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once(greets ? 'data' : 'connect', () => finish(true));
  });
}
