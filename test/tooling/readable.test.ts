import { describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';

const { readable } = (await import(resolve(import.meta.dirname, '../../scripts/setup/readable.mjs'))) as {
  readable(line: string): string | undefined;
};

describe('a log line at the terminal', () => {
  it('says what failed, why and where, without its machine parts', () => {
    const entry = {
      level: 40,
      time: 1_795_249_850_179,
      taskToken: 'CiQwMWEx',
      activityType: 'pullPages',
      workflowId: 'sync:job_1',
      attempt: 2,
      error: { type: 'provider_unavailable', message: 'Twilio had a failure of its own.' },
      msg: 'Activity failed',
    };
    expect(readable(JSON.stringify(entry))).toBe(
      'warning: Activity failed (provider_unavailable: Twilio had a failure of its own.) activityType=pullPages workflowId=sync:job_1 attempt=2',
    );
  });

  it('is left to the log file when it is no warning', () => {
    expect(readable(JSON.stringify({ level: 30, msg: 'answered' }))).toBeUndefined();
    expect(readable(' ')).toBeUndefined();
  });

  it('is shown as it is when it is none, such as a stack or a warning of Node', () => {
    expect(readable('TypeError: x is not a function')).toBe('TypeError: x is not a function');
    expect(readable('null')).toBeUndefined();
  });
});
