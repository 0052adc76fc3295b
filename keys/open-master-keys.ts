import { awsKmsMasterKey, type AwsKmsKey } from './aws-kms-master-key.ts';
import { localMasterKey } from './local-master-key.ts';
import type { MasterKey } from './master-key.ts';

/** Where a master key is: its 32 bytes, or a key service that holds it. */
export type MasterKeySource = { bytes: Buffer } | { kms: AwsKmsKey };

export function openMasterKeys(sources: MasterKeySource[]): MasterKey[] {
  return sources.map((source) => ('bytes' in source ? localMasterKey(source.bytes) : awsKmsMasterKey(source.kms)));
}
