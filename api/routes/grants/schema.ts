import { z } from 'zod';
import { grantedPermissions } from '../../../domain/permissions.ts';
import { moment } from '../../schemas.ts';

export const permissionByGrant = z.enum(grantedPermissions);

export const grantSchema = z
  .object({
    id: z.string(),
    companyId: z.string(),
    holder: z.string().meta({ description: 'The user or API key that holds it.' }),
    permission: permissionByGrant,
    reason: z.string(),
    grantedBy: z.string(),
    grantedAt: moment,
    expiresAt: moment,
    revokedAt: moment.nullable(),
  })
  .meta({ id: 'Grant' });
