import { DefaultLogger, type LogLevel, type LogMetadata } from '@temporalio/worker';
import type { Logger } from 'pino';

/**
 * Temporal's own log lines in the form of ours: the failure's code and sentence, without stacks and task tokens. A failed activity is
 * told with our names by `tell-outcomes.ts`, which has more of it.
 */
export function sdkLogger(log: Logger): DefaultLogger {
  return new DefaultLogger('INFO', ({ level, message, meta }) => {
    if (message !== 'Activity failed') log[pinoLevels[level]](plain(meta ?? {}), message);
  });
}

const pinoLevels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const satisfies Record<
  LogLevel,
  string
>;

function plain(given: LogMetadata): Record<string, unknown> {
  const { taskToken: _, error, ...meta } = given;
  if (!(error instanceof Error)) return meta;
  const { type } = error as { type?: unknown };
  return { ...meta, error: { type: typeof type === 'string' ? type : error.name, message: error.message } };
}
