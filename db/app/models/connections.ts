import type { Sequelize } from 'sequelize';
import type { MappingName, MappingSet } from '../../../domain/mapping.ts';
import type { PolicyOverrides } from '../../../domain/policy.ts';
import type { Connection } from '../stores/connections.ts';
import { column, jsonColumn, table } from './table.ts';

export interface ProviderModelRow {
  providerKey: string;
  label: string;
  category: string;
  authKinds: string[];
  enabled: number;
}
export interface AccountRow {
  id: string;
  companyId: string;
  providerKey: string;
  state: 'pending' | 'authorized' | 'closed';
  externalId: string | null;
  name: string | null;
  providerStatus: string | null;
  checkedAt: Date | null;
}
export interface ProviderAccountRow {
  id: string;
  accountId: string;
  kind: string;
  externalId: string;
  label: string;
  address: string | null;
  capabilities: string[];
  state: 'reached' | 'gone';
}
export interface ConnectionRow extends Connection {
  lastHealthCheckId: string | null;
  lifecycleWorkflowId: string;
  resumedAt: Date | null;
}
export interface TokenRow {
  id: string;
  connectionId: string;
  companyId: string;
  kind: string;
  state: 'staged' | 'active' | 'superseded' | 'discarded' | 'forgotten';
  ciphertext: Buffer | null;
  keyVersion: number;
}
export interface SettingsRow {
  connectionId: string;
  settings: Record<string, unknown>;
  policy: PolicyOverrides;
  nextAction: string | null;
}
export interface MappingModelRow {
  id: string;
  connectionId: string;
  object: MappingName;
  version: number;
  state: 'draft' | 'published';
  mapping: MappingSet;
  publishedBy: string | null;
  publishedAt: Date | null;
}

const { id, text, number, time, bytes } = column;

export function connectionModels(sequelize: Sequelize) {
  return {
    providers: table<ProviderModelRow>(sequelize, 'integration_providers', {
      providerKey: id,
      label: text,
      category: text,
      authKinds: jsonColumn('authKinds'),
      enabled: number,
    }),
    accounts: table<AccountRow>(sequelize, 'integration_accounts', {
      id,
      companyId: text,
      providerKey: text,
      state: text,
      externalId: text,
      name: text,
      providerStatus: text,
      checkedAt: time,
    }),
    providerAccounts: table<ProviderAccountRow>(sequelize, 'integration_provider_accounts', {
      id,
      accountId: text,
      kind: text,
      externalId: text,
      label: text,
      address: text,
      capabilities: jsonColumn('capabilities'),
      state: text,
    }),
    connections: table<ConnectionRow>(sequelize, 'integration_connections', {
      id,
      companyId: text,
      providerKey: text,
      accountId: text,
      purpose: text,
      label: text,
      state: text,
      stateReason: text,
      stateChangedAt: time,
      ownerUserId: text,
      reason: text,
      lastSuccessAt: time,
      lastHealthCheckId: text,
      lifecycleWorkflowId: text,
      resumedAt: time,
      createdAt: time,
    }),
    tokens: table<TokenRow>(sequelize, 'integration_tokens', {
      id,
      connectionId: text,
      companyId: text,
      kind: text,
      state: text,
      ciphertext: bytes,
      keyVersion: number,
    }),
    settings: table<SettingsRow>(sequelize, 'integration_settings', {
      connectionId: id,
      settings: jsonColumn('settings'),
      policy: jsonColumn('policy'),
      nextAction: text,
    }),
    mappings: table<MappingModelRow>(sequelize, 'integration_field_mappings', {
      id,
      connectionId: text,
      object: text,
      version: number,
      state: text,
      mapping: jsonColumn('mapping'),
      publishedBy: text,
      publishedAt: time,
    }),
  };
}
