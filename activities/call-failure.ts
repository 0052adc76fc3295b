import { ApplicationFailure } from '@temporalio/activity';
import { isFailureCode, type FailureCode } from '../domain/failure.ts';

/** What a call of ours failed with, by consequence; `null` when it was none of these: a database that is away, a defect. */
export function readCallFailure(error: unknown): { code: FailureCode; sentence: string } | null {
  if (!(error instanceof ApplicationFailure) || !isFailureCode(error.type)) return null;
  return { code: error.type, sentence: error.message };
}
