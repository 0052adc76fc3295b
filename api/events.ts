import type { Response } from 'express';
import type { z } from 'zod';

export const eventType = 'text/event-stream';

/**
 * Answers an event for each item, as `EventSource` reads it (https://html.spec.whatwg.org/multipage/server-sent-events.html), until
 * there are no more or the caller has gone. What goes wrong before the first item is answered as it is everywhere else.
 */
export async function sendEvents(response: Response, items: AsyncIterable<unknown>, event: z.ZodType): Promise<void> {
  for await (const item of items) {
    if (!response.headersSent) begin(response);
    response.write(item === null ? ': still here\n\n' : `data: ${JSON.stringify(event.parse(item))}\n\n`);
  }
  response.end();
}

function begin(response: Response): void {
  response.set({
    'Content-Type': eventType,
    'Cache-Control': 'no-store',
    // A proxy that gathers an answer before it passes it on is asked not to: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
    'X-Accel-Buffering': 'no',
    // Whoever comes back after the end is to look for a process that listens.
    Connection: 'close',
  });
  response.write('retry: 1000\n\n');
}
