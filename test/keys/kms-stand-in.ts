/**
 * AWS KMS's JSON API on a port of its own: Encrypt and Decrypt with an encryption context, in the wire format of
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html, and its errors on command.
 */
import { createSecretKey, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { open, seal } from '../../keys/seal.ts';

interface KmsRequest {
  KeyId: string;
  Plaintext?: string;
  CiphertextBlob?: string;
  EncryptionContext?: Record<string, string>;
}

export interface KmsStandIn {
  url: string;
  /** Every request so far, with the operation it was for and whether it was signed for KMS. */
  requests: (KmsRequest & { operation: string; signed: boolean })[];
  /** The next answers: an error's name with its HTTP status. */
  failures: [status: number, name: string][];
  close(): Promise<void>;
}

export async function startKms(keyIds: string[]): Promise<KmsStandIn> {
  const keys = new Map(keyIds.map((id) => [id, createSecretKey(randomBytes(32))]));
  const requests: KmsStandIn['requests'] = [];
  const failures: KmsStandIn['failures'] = [];

  function answer(operation: string, { KeyId, Plaintext, CiphertextBlob, EncryptionContext = {} }: KmsRequest): [number, object] {
    const key = keys.get(KeyId);
    if (!key) return [400, { __type: 'NotFoundException', message: `Key '${KeyId}' does not exist` }];
    // KMS binds the context as a set of pairs: their order does not count.
    const context = JSON.stringify(EncryptionContext, Object.keys(EncryptionContext).toSorted());
    if (operation === 'Encrypt') {
      const sealed = seal(key, context, Buffer.from(Plaintext!, 'base64'));
      return [200, { KeyId, CiphertextBlob: sealed.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }];
    }
    try {
      const opened = open(key, context, Buffer.from(CiphertextBlob!, 'base64'));
      return [200, { KeyId, Plaintext: opened.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }];
    } catch {
      return [400, { __type: 'InvalidCiphertextException' }];
    }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = JSON.parse(await textOf(request)) as KmsRequest;
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
    requests.push({ ...body, operation, signed: /\/kms\/aws4_request/.test(request.headers.authorization ?? '') });
    const failure = failures.shift();
    const [status, sent] = failure
      ? [failure[0], { __type: failure[1], message: 'canary of the service' }]
      : answer(operation, body);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(sent));
  };
  const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    failures,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
