/** Who may do what. Every route names one of these permissions; a route without one does not start. */
export const roles = ['platform_admin', 'company_admin', 'operator', 'viewer', 'client'] as const;
export type Role = (typeof roles)[number];

const everyone: Role[] = ['platform_admin', 'company_admin', 'operator', 'viewer', 'client'];
const readers: Role[] = ['platform_admin', 'company_admin', 'operator', 'viewer'];
const operators: Role[] = ['platform_admin', 'company_admin', 'operator'];
const admins: Role[] = ['platform_admin', 'company_admin'];

export const permissions = {
  'platform.manage': ['platform_admin'],
  'company.create': ['platform_admin'],
  'company.read': readers,
  'user.manage': admins,
  'provider.read': readers,
  'connection.create': admins,
  'connection.onboard': admins,
  'connection.read': readers,
  'connection.settings': admins,
  'connection.sync': operators,
  'connection.pause': admins,
  'connection.reauthorize': admins,
  'connection.disconnect': admins,
  'connection.manual_value': operators,
  'run.read': readers,
  'failure.read': operators,
  'failure.work': operators,
  'mapping.read': readers,
  'mapping.write': admins,
  'template.read': readers,
  'template.write': admins,
  'message.read': operators,
  'message.send': operators,
  'message.decide': operators,
  'escalation.read': readers,
  'escalation.answer': operators,
  'task.read': readers,
  'task.complete': operators,
  'health.read': readers,
  'audit.read': admins,
  'portal.read': everyone,
  'portal.write': operators,
  'key.manage': admins,
} satisfies Record<string, Role[]>;

export type Permission = keyof typeof permissions;

export function isAllowed(role: Role, permission: Permission): boolean {
  return (permissions[permission] as Role[]).includes(role);
}
