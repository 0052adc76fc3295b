/** The form of every log line of ours, whichever process writes it. What the lines say stands in docs/observability.md. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pino, type DestinationStream, type Logger } from 'pino';

export interface PlainError {
  name: string;
  message?: string;
  code?: string;
  stack?: string;
  cause?: string;
}

/** What a log line may hold of an error: no message of a database error, because those quote values, and no properties at all. */
export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: typeof error };
  const quotesValues = 'sql' in error || 'parent' in error;
  return {
    name: error.name,
    ...(!quotesValues && { message: error.message }),
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    stack: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
    ...(error.cause !== undefined && { cause: plainErrorName(error.cause) }),
  };
}

const plainErrorName = (error: unknown) => (error instanceof Error ? error.name : typeof error);

export interface LogOptions {
  level: string;
  service: 'api' | 'workers';
}

export function createLog({ level, service }: LogOptions, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    serializers: { err: plainError },
    redact: {
      paths: ['authorization', 'cookie', '*.authorization', '*.cookie', '*.headers', '*.body', 'body', 'headers'],
      remove: true,
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * Standard output, written in the background, so that no request waits for it. `end` resolves when every line is out: a process that
 * exits without it writes its last line before those that are still under way, because pino's own `flush` does not wait for them.
 */
export function openOutput() {
  const stream = pino.destination({ sync: false });
  return {
    stream,
    async end(): Promise<void> {
      const closed = new Promise((resolve) => stream.once('close', resolve));
      stream.end();
      // A reader that has gone away takes no more lines, and then no end is told.
      await Promise.race([closed, sleep(1_000)]);
    },
  };
}
