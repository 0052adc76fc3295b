import type { IncomingMessage } from 'node:http';
import { ApiError } from '../errors.ts';

/**
 * The body's own bytes. Rejects with 413 as soon as it is known to be too large, by its declared length or while it comes, and when
 * the sender goes away; a sender that is slow is cut off by the server's `requestTimeout`.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => reject(new ApiError(413, 'too_large', `The body is too large: at most ${bytesMax / 1024} KiB.`));
    if (Number(request.headers['content-length']) > bytesMax) {
      tooLarge();
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take).pause();
      tooLarge();
    };
    request.on('data', take);
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.once('error', () => reject(new ApiError(400, 'aborted', 'The request ended before its body did.')));
  });
}

/**
 * Reads away what a refused sender still sends, for `withinMs` at most. A socket that is closed over unread bytes is reset, and the
 * reset may overtake the answer.
 */
export function discardRest(request: IncomingMessage, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, withinMs);
    request.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    request.resume();
  });
}
