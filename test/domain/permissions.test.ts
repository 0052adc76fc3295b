import { describe, expect, it } from '@jest/globals';
import { isAllowed, permissions, roles, type Permission, type Role } from '../../domain/permissions.ts';

const all = Object.keys(permissions) as Permission[];
const allowedTo = (role: Role) => all.filter((permission) => isAllowed(role, permission));

describe('permissions', () => {
  it('let the platform’s admin do everything', () => {
    expect(allowedTo('platform_admin')).toEqual(all);
  });

  it('let a client see the portal and nothing else', () => {
    expect(allowedTo('client')).toEqual(['portal.read']);
  });

  it('let only admins connect, disconnect, pause, reauthorize, publish mappings, hand out keys and read the audit log', () => {
    for (const permission of [
      'connection.create',
      'connection.onboard',
      'connection.settings',
      'connection.pause',
      'connection.reauthorize',
      'connection.disconnect',
      'mapping.write',
      'key.manage',
      'audit.read',
    ] as const)
      expect(roles.filter((role) => isAllowed(role, permission))).toEqual(['platform_admin', 'company_admin']);
  });

  it('let operators work on what failed', () => {
    for (const permission of ['failure.work', 'connection.sync', 'connection.manual_value', 'escalation.answer'] as const)
      expect(isAllowed('operator', permission)).toBe(true);
  });

  it('let a viewer read, and change nothing', () => {
    expect(allowedTo('viewer').filter((permission) => !permission.endsWith('.read'))).toEqual([]);
  });

  it('never give a lower role more than a higher one', () => {
    const order: Role[] = ['client', 'viewer', 'operator', 'company_admin', 'platform_admin'];
    for (const [index, role] of order.slice(1).entries())
      expect(allowedTo(role)).toEqual(expect.arrayContaining(allowedTo(order[index]!)));
  });
});
