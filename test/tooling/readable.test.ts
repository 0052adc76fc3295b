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

  it('moves no cursor and writes no second line, whatever was logged', () => {
    const msg = 'signed in\r\n{"level":60,"msg":"forged"}\u001b[2J\u202egnp\u0085';
    expect(readable(JSON.stringify({ level: 50, msg, route: 'a\u2028b' }))).toBe(
      'error: signed in��{"level":60,"msg":"forged"}�[2J�gnp� route=a�b',
    );
    expect(readable('plain\u0007\u001b]0;title')).toBe('plain��]0;title');
  });
});
