import type { DataKey } from '../../keys/data-key.ts';
import type { Keyring } from '../../keys/keyring.ts';
import { canonicalJson } from '../hash.ts';
import { isSigned, sign } from './signature.ts';
import type { AuditRow } from './stores/audit.ts';

/** What an erasure leaves in place of an entry's personal part: proof that it was an erasure of ours that took it. */
export interface ErasedPart {
  /** Base64; made with a key of the platform, which somebody who may only write tables does not have. */
  seal: string;
  version: number;
}

type Facts = Pick<AuditRow, 'sequence' | 'companyId' | 'actor' | 'action' | 'subject' | 'outcome' | 'at' | 'hash'>;

/** Everything that stays: of an entry of form 1 its hash covers more than is left, so this alone shows that the rest was not edited. */
const factsOf = ({ sequence, companyId, actor, action, subject, outcome, at, hash }: Facts) =>
  canonicalJson({ erased: true, sequence, companyId, actor, action, subject, outcome, at: at.toISOString(), hash });

export const sealErased = (key: DataKey, row: Facts): Buffer => sign(key, factsOf(row));

export const isErasedByUs = (keyring: Keyring, row: Facts, part: ErasedPart): Promise<boolean> =>
  isSigned(keyring, factsOf(row), part);
