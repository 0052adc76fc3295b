import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { KeyUnavailable, type KeyPlace, type MasterKey } from './master-key.ts';

const attemptsMax = 3;
const connectWithinMs = 3_000;
const answerWithinMs = 5_000;

/**
 * The key was another one, or what was wrapped belongs elsewhere: trying again changes nothing.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors
 */
const brokenSeal = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

/**
 * Bound to each wrapped key, and shown in CloudTrail with each use of it.
 * https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
 */
const contextOf = ({ scope, version }: KeyPlace) => ({ company: scope, version: String(version) });

export interface AwsKmsKey {
  /** `arn:aws:kms:<region>:<account>:key/<id>`; the region is taken from it. */
  arn: string;
  /** Another address than AWS's own, for a private endpoint. */
  endpoint?: string | undefined;
}

/** A symmetric key in AWS KMS, which never leaves it. Credentials come as the AWS SDK finds them: environment, profile or role. */
export function awsKmsMasterKey({ arn, endpoint }: AwsKmsKey): MasterKey {
  const client = new KMSClient({
    region: arn.split(':')[3]!,
    ...(endpoint && { endpoint }),
    maxAttempts: attemptsMax,
    requestHandler: { connectionTimeout: connectWithinMs, requestTimeout: answerWithinMs, throwOnRequestTimeout: true },
  });
  const ask = async (verb: string, question: () => Promise<Uint8Array | undefined>): Promise<Buffer> => {
    try {
      return Buffer.from((await question())!);
    } catch (error) {
      throw failureOf(verb, arn, error as Error);
    }
  };
  return {
    id: arn,
    wrap: (place, dataKey) =>
      ask('wrap', async () => {
        const command = new EncryptCommand({ KeyId: arn, Plaintext: dataKey, EncryptionContext: contextOf(place) });
        return (await client.send(command)).CiphertextBlob;
      }),
    unwrap: (place, wrapped) =>
      ask('unwrap', async () => {
        const command = new DecryptCommand({ KeyId: arn, CiphertextBlob: wrapped, EncryptionContext: contextOf(place) });
        return (await client.send(command)).Plaintext;
      }),
  };
}

/** Without the SDK's own error, which quotes what was sent. */
function failureOf(verb: string, arn: string, { name }: Error): Error {
  if (brokenSeal.has(name))
    return new Error(`AWS KMS does not ${verb} this with ${arn}: it was wrapped by another key, or for another place.`);
  return new KeyUnavailable(
    `AWS KMS did not ${verb} a data key with ${arn} (${name}; tried at most ${attemptsMax} times). Nothing was changed. Look at the ` +
      'key’s state and policy, at the credentials of this process, and whether it reaches AWS.',
  );
}
