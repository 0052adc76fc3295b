import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { Response } from 'express';
import type { z } from 'zod';

export const lineType = 'application/x-ndjson';

/**
 * Answers a line of JSON for each item, as fast as it is read and no faster. Once the first line is out an error can only cut the
 * answer off, so whoever reads it needs to know its last line.
 */
export async function sendLines(response: Response, items: AsyncIterable<unknown>, line: z.ZodType): Promise<void> {
  async function* texts() {
    for await (const item of items) yield `${JSON.stringify(line.parse(item))}\n`;
  }
  response.type(lineType);
  await pipeline(Readable.from(texts()), response);
}
