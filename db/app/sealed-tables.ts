import { scopes } from '../../keys/scopes.ts';
import type { SealedTable } from '../sealed/table.ts';
import { tokenBinding } from './stores/credentials.ts';
import { subjectBinding } from './stores/erasures.ts';
import { channelBinding } from './stores/notice-settings.ts';
import { answerPlace } from './stores/idempotency.ts';
import { wordsBinding } from './stores/message-fallbacks.ts';

/** Every table of the app database with a `key_version`: a rotation seals their values again. */
export const appSealedTables: SealedTable[] = [
  {
    name: 'integration_tokens',
    key: [{ name: 'id', kind: 'text' }],
    sealed: 'ciphertext',
    further: { connectionId: 't.connection_id', companyId: 't.company_id' },
    placeOf: ({ id, connectionId, companyId }) => ({
      scope: companyId!,
      boundTo: tokenBinding({ id: id!, connectionId: connectionId! }),
    }),
  },
  {
    name: 'erasures',
    key: [{ name: 'id', kind: 'text' }],
    sealed: 'subject',
    further: { companyId: 't.company_id' },
    placeOf: ({ id, companyId }) => ({ scope: companyId!, boundTo: subjectBinding(id!) }),
  },
  {
    name: 'message_fallbacks',
    key: [{ name: 'id', kind: 'text' }],
    sealed: 'words',
    further: { companyId: 't.company_id' },
    placeOf: ({ id, companyId }) => ({ scope: companyId!, boundTo: wordsBinding(id!) }),
  },
  {
    name: 'notice_channels',
    key: [
      { name: 'user_id', kind: 'text' },
      { name: 'channel', kind: 'text' },
    ],
    sealed: 'address',
    further: { companyId: `COALESCE(u.company_id, '${scopes.platform}')` },
    join: 'STRAIGHT_JOIN users u ON u.id = t.user_id',
    placeOf: ({ user_id: userId, channel, companyId }) => ({ scope: companyId!, boundTo: channelBinding(userId!, channel!) }),
  },
  {
    name: 'api_idempotency_keys',
    key: [
      { name: 'scope', kind: 'text' },
      { name: 'idempotency_key', kind: 'text' },
    ],
    sealed: 'body',
    placeOf: ({ scope, idempotency_key: key }, version) => {
      const { keyScope, boundTo } = answerPlace(scope!, key!, version);
      return { scope: keyScope, boundTo };
    },
  },
];
