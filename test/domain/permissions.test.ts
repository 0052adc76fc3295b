import { describe, expect, it } from '@jest/globals';
import {
  grantedPermissions,
  isAllowed,
  isByGrant,
  mayBeGranted,
  permissions,
  roles,
  type Permission,
  type Role,
} from '../../domain/permissions.ts';

const all = Object.keys(permissions) as Permission[];
const allowedTo = (role: Role) => all.filter((permission) => isAllowed(role, permission));

describe('permissions', () => {
  it('let the platform’s admin do everything but what must be granted', () => {
    expect(allowedTo('platform_admin')).toEqual(all.filter((permission) => !isByGrant(permission)));
  });

  it('let a client see the portal, sign out, and nothing else', () => {
    expect(allowedTo('client')).toEqual(['session.own', 'portal.read']);
  });

  it('keep keys, companies, histories and erasures of companies to the platform', () => {
    const others = roles.filter((role) => role !== 'platform_admin').flatMap(allowedTo);
    expect(allowedTo('platform_admin').filter((permission) => !others.includes(permission))).toEqual([
      'platform.manage',
      'temporal.decode',
      'platform.keys',
      'company.create',
      'company.move',
      'company.erase',
    ]);
  });

  it('let nobody below the admins do what only they may', () => {
    const below = roles.filter((role) => !role.endsWith('_admin')).flatMap(allowedTo);
    expect(allowedTo('company_admin').filter((permission) => !below.includes(permission))).toEqual([
      'person.erase',
      'erasure.read',
      'franchise.create',
      'user.manage',
      'connection.create',
      'connection.onboard',
      'connection.settings',
      'connection.pause',
      'connection.reauthorize',
      'connection.authorize',
      'connection.disconnect',
      'personal.read',
      'mapping.write',
      'template.write',
      'duty.manage',
      'audit.read',
      'audit.export',
      'portal.link',
      'key.manage',
      'grant.manage',
    ]);
  });

  it('give raw payloads to no role, and only to those who see failures when they are granted', () => {
    for (const permission of grantedPermissions) {
      expect(roles.filter((role) => isAllowed(role, permission))).toEqual([]);
      for (const role of roles) expect(mayBeGranted(role, permission)).toBe(isAllowed(role, 'failure.read'));
    }
    expect(grantedPermissions).toContain('payload.read');
  });

  it('let operators work on what failed', () => {
    for (const permission of ['failure.work', 'connection.sync', 'connection.manual_value', 'escalation.answer'] as const)
      expect(isAllowed('operator', permission)).toBe(true);
  });

  it('let a viewer read, and change nothing but their own session', () => {
    expect(allowedTo('viewer').filter((permission) => !permission.endsWith('.read'))).toEqual(['company.rollup', 'session.own']);
  });

  it('never give a lower role more than a higher one', () => {
    const order: Role[] = ['client', 'viewer', 'operator', 'company_admin', 'platform_admin'];
    for (const [index, role] of order.slice(1).entries())
      expect(allowedTo(role)).toEqual(expect.arrayContaining(allowedTo(order[index]!)));
  });
});
