/** HTTP by hand, for what no well-behaved client sends. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawSender {
  socket: Socket;
  /** What the server has said so far. */
  heard(): string;
  /** Everything that the server said, once it has closed the connection. */
  closed: Promise<string>;
}

export async function sendRaw(url: string, text: string): Promise<RawSender> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let heard = '';
  socket.setEncoding('utf8').on('data', (part: string) => (heard += part));
  // A connection that is reset is closed too: what was heard before counts.
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(heard)));
  await new Promise((written) => socket.write(text, written));
  return { socket, heard: () => heard, closed };
}

/** The head of a POST request; the body follows. */
export function postHead(path: string, headers: Record<string, string | number>): string {
  const lines = Object.entries({ Host: 'hooks.example.com', ...headers }).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}
