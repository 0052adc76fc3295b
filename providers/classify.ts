/** What every provider's `classify` says in the same way. */
import type { Failure, FailureCode } from '../domain/failure.ts';
import { HttpFailure } from './contract.ts';

/** A vendor's codes, each with its consequence and the sentence for a person. */
export type Entry = [code: FailureCode, sentence: string];

export function catalogueOf(entries: Record<string, Entry>): Record<string, Omit<Failure, 'effect' | 'retryAfterMs'>> {
  return Object.fromEntries(
    Object.entries(entries).map(([providerCode, [code, sentence]]) => [providerCode, { code, sentence, providerCode }]),
  );
}

/** A call that the vendor never answered whole, or an error of ours. `waitOrLook` says what a person does about the former. */
export function withoutAnswer({ label, waitOrLook }: { label: string; waitOrLook: string }, error: unknown): Failure {
  if (!(error instanceof HttpFailure))
    return {
      code: 'defect',
      sentence: `Something went wrong on our side while we spoke to ${label}: tell the people who run Linkwright, with the time.`,
      effect: 'unknown',
    };
  const sentences: Record<HttpFailure['kind'], string> = {
    timeout: `${label} did not answer in time. ${waitOrLook}`,
    connection: `The connection to ${label} failed. ${waitOrLook}`,
    truncated: `${label}’s answer was cut off or could not be read. ${waitOrLook}`,
    address: `${label}’s name leads to an address that may not be called, so nothing was sent: ask the people who run Linkwright to look at its name service.`,
  };
  return {
    code: error.kind === 'address' ? 'configuration_invalid' : 'provider_unavailable',
    sentence: sentences[error.kind],
    effect: error.effect,
  };
}
