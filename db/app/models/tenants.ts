import type { Sequelize } from 'sequelize';
import type { Role } from '../../../domain/permissions.ts';
import { column, table } from './table.ts';

export interface CompanyRow {
  id: string;
  parentCompanyId: string | null;
  name: string;
  timeZone: string;
  createdAt: Date;
}
export interface UserRow {
  id: string;
  companyId: string | null;
  name: string;
  email: string;
  phone: string | null;
  role: Role;
  createdAt: Date;
}
export interface ApiKeyRow {
  id: string;
  companyId: string | null;
  userId: string | null;
  role: Role;
  label: string;
  prefix: string;
  keyHash: Buffer;
  createdAt: Date;
  revokedAt: Date | null;
}

const { id, text, time, bytes } = column;

export function tenantModels(sequelize: Sequelize) {
  return {
    companies: table<CompanyRow>(sequelize, 'companies', {
      id,
      parentCompanyId: text,
      name: text,
      timeZone: text,
      createdAt: time,
    }),
    users: table<UserRow>(sequelize, 'users', {
      id,
      companyId: text,
      name: text,
      email: text,
      phone: text,
      role: text,
      createdAt: time,
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
      revokedAt: time,
    }),
  };
}
