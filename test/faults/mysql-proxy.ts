/**
 * Stands between one process and one database, reads the statements that pass, and holds one of them at a named point, so that the
 * process can be killed exactly there. The product knows nothing of it.
 *
 * The wire format: packets of a 3-byte length, a sequence number and a payload; a command's number is 0, and 3 is its first byte when
 * it is a statement. https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A moment in a process's talk with its database. */
export interface Point {
  /** Found at the start of the statement's text. */
  statement: RegExp;
  /** `before`: the server never sees the statement. `after`: it has been done, and its answer never arrives. */
  hold: 'before' | 'after';
  /** Holds the COMMIT of the transaction in which the statement was, in place of the statement. */
  commit?: true;
  /** How many of them pass first. */
  skip?: number;
}

export interface MysqlProxy {
  /** The database's address through the proxy. */
  url: string;
  /** Resolves when a connection has come to the point and is held there. One point at a time. */
  reached(point: Point): Promise<void>;
  /** Holds nothing any more; a statement that was held goes on. */
  release(): void;
  /** The process that was held is dead: what it said last never arrives. */
  drop(): void;
  close(): Promise<void>;
}

interface Armed {
  point: Point;
  seen: number;
  reached(): void;
  release?: () => void;
  drop?: () => void;
}

const commandStatement = 0x03;
/** Of a statement, this much is read: the rest may be a thousand rows. */
const headBytes = 400;

export async function startMysqlProxy(targetUrl: string): Promise<MysqlProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let armed: Armed | undefined;

  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    let inTransaction = false;
    let marked = false;
    let isHeld = false;
    const waiting: Buffer[] = [];
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }

    function holds(text: string): Armed | undefined {
      if (/^(START TRANSACTION|BEGIN)/.test(text)) [inTransaction, marked] = [true, false];
      const isEnd = /^(COMMIT|ROLLBACK)/.test(text);
      const fits = armed?.point.statement.test(text) ?? false;
      if (fits && inTransaction) marked = true;
      const isThere = armed?.point.commit ? marked && text.startsWith('COMMIT') : fits;
      if (isEnd) inTransaction = marked = false;
      if (!armed || armed.release || !isThere) return undefined;
      armed.seen += 1;
      return armed.seen > (armed.point.skip ?? 0) ? armed : undefined;
    }

    const forward = (packet: Buffer): void => {
      const isStatement = packet[3] === 0 && packet[4] === commandStatement;
      const hit = isStatement ? holds(packet.toString('utf8', 5, headBytes).trimStart()) : undefined;
      if (!hit) {
        far.write(packet);
        return;
      }
      isHeld = true;
      const { hold } = hit.point;
      // What is held back: the statement itself, or whatever the server says from now on.
      const late: Buffer[] = [];
      const keep = (chunk: Buffer) => void late.push(chunk);
      if (hold === 'before') late.push(packet);
      else {
        far.off('data', answer);
        far.on('data', keep);
        far.write(packet);
      }
      const tell = () => {
        hit.release = () => {
          isHeld = false;
          far.off('data', keep);
          if (hold === 'before') for (const held of late) far.write(held);
          else {
            for (const held of late) near.write(held);
            far.on('data', answer);
          }
          for (const next of waiting.splice(0)) forward(next);
        };
        // Or else a COMMIT that was held back could still slip out before the dead process's connection is seen to have ended.
        hit.drop = () => {
          late.length = waiting.length = 0;
          far.destroy();
        };
        hit.reached();
      };
      // "After" is after: the server's answer shows that it is done.
      if (hold === 'before') tell();
      else far.once('data', tell);
    };

    let rest: Buffer = Buffer.alloc(0);
    near.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 4) {
        const length = 4 + rest.readUIntLE(0, 3);
        if (rest.length < length) break;
        const packet = rest.subarray(0, length);
        rest = rest.subarray(length);
        if (isHeld) waiting.push(packet);
        else forward(packet);
      }
    });
    const answer = (chunk: Buffer) => void near.write(chunk);
    far.on('data', answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(targetUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    reached: (point) =>
      new Promise((resolve) => {
        if (armed) throw new Error('A point is armed already: release it first.');
        armed = { point, seen: 0, reached: resolve };
      }),
    release() {
      const held = armed;
      armed = undefined;
      held?.release?.();
    },
    drop() {
      armed?.drop?.();
      armed = undefined;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
