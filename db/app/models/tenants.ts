import type { Sequelize } from 'sequelize';
import type { Role } from '../../../domain/permissions.ts';
import type { Company } from '../stores/companies.ts';
import type { Grant } from '../stores/grants.ts';
import type { User } from '../stores/users.ts';
import { column, table } from './table.ts';

export interface ApiKeyRow {
  id: string;
  companyId: string | null;
  userId: string | null;
  role: Role;
  label: string;
  prefix: string;
  keyHash: Buffer;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

const { id, text, time, bytes } = column;

export function tenantModels(sequelize: Sequelize) {
  return {
    companies: table<Company>(sequelize, 'companies', {
      id,
      parentCompanyId: text,
      name: text,
      timeZone: text,
      createdAt: time,
      closedAt: time,
    }),
    users: table<User>(sequelize, 'users', {
      id,
      companyId: text,
      name: text,
      email: text,
      phone: text,
      role: text,
      createdAt: time,
      disabledAt: time,
      tokenIssuer: text,
      tokenSubject: text,
    }),
    apiKeys: table<ApiKeyRow>(sequelize, 'api_keys', {
      id,
      companyId: text,
      userId: text,
      role: text,
      label: text,
      prefix: text,
      keyHash: bytes,
      createdAt: time,
      expiresAt: time,
      lastUsedAt: time,
      revokedAt: time,
    }),
    grants: table<Grant>(sequelize, 'permission_grants', {
      id,
      companyId: text,
      holder: text,
      permission: text,
      reason: text,
      grantedBy: text,
      grantedAt: time,
      expiresAt: time,
      revokedAt: time,
    }),
  };
}
