import type { Standing } from './company-tree.ts';

/** Who may do what. Every route names one of these permissions; a route without one does not start. */
export const roles = ['platform_admin', 'company_admin', 'operator', 'viewer', 'client'] as const;
export type Role = (typeof roles)[number];

const everyone: Role[] = ['platform_admin', 'company_admin', 'operator', 'viewer', 'client'];
const readers: Role[] = ['platform_admin', 'company_admin', 'operator', 'viewer'];
const operators: Role[] = ['platform_admin', 'company_admin', 'operator'];
/** No role: see `byGrant`. */
const nobody: Role[] = [];
const admins: Role[] = ['platform_admin', 'company_admin'];

export const permissions = {
  'platform.manage': ['platform_admin'],
  'temporal.decode': ['platform_admin'],
  'platform.keys': ['platform_admin'],
  'company.create': ['platform_admin'],
  'company.move': ['platform_admin'],
  'company.erase': ['platform_admin'],
  'person.erase': admins,
  'erasure.read': admins,
  'company.read': readers,
  'company.rollup': readers,
  'franchise.create': admins,
  'user.manage': admins,
  'provider.read': readers,
  'connection.create': admins,
  'connection.onboard': admins,
  'connection.read': readers,
  'connection.settings': admins,
  'connection.sync': operators,
  'connection.pause': admins,
  'connection.reauthorize': admins,
  'connection.authorize': admins,
  'connection.disconnect': admins,
  'connection.manual_value': operators,
  'metric.review': operators,
  'anomaly.decide': operators,
  'run.read': readers,
  'record.read': operators,
  'record.write': operators,
  'failure.read': operators,
  'payload.read': nobody,
  'personal.read': admins,
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
  'duty.read': readers,
  'duty.manage': admins,
  'task.read': readers,
  'task.complete': operators,
  'health.read': readers,
  'audit.read': admins,
  'audit.export': admins,
  'report.read': readers,
  'session.own': everyone,
  'portal.read': everyone,
  'portal.write': operators,
  'portal.link': admins,
  'key.manage': admins,
  'grant.manage': admins,
} satisfies Record<string, Role[]>;

export type Permission = keyof typeof permissions;

/**
 * What people of a central company may do, within their role, in the companies below theirs: know them, add them up, add to them.
 * Everything else there is the franchise's own.
 */
export const reachesBelow: readonly Permission[] = ['company.read', 'company.rollup', 'franchise.create'];

/**
 * What no role has by itself: it is given to one person or key, for one company, with a reason and an end. Here are the roles that
 * can be given it.
 */
export const byGrant = { 'payload.read': operators } satisfies Partial<Record<Permission, Role[]>>;
export type GrantedPermission = keyof typeof byGrant;
export const grantedPermissions = Object.keys(byGrant) as [GrantedPermission, ...GrantedPermission[]];

export const isByGrant = (permission: Permission): permission is GrantedPermission => Object.hasOwn(byGrant, permission);
export const mayBeGranted = (role: Role, permission: GrantedPermission): boolean => byGrant[permission].includes(role);

/** `roles` go from the highest to the lowest. Nobody gives a role above their own. */
export const mayGive = (giver: Role, role: Role): boolean => roles.indexOf(role) >= roles.indexOf(giver);

/** Nobody changes a key or person above their own role, or takes it out of force. */
export const mayActOn = (actor: Role, target: Role): boolean => mayGive(actor, target);

/** A person's key acts in the lower of its own role and the person's. */
export const lowerOf = (a: Role, b: Role): Role => (mayGive(a, b) ? b : a);

export function isAllowed(role: Role, permission: Permission): boolean {
  return (permissions[permission] as Role[]).includes(role);
}

/** What a request asks about: a company itself, or something that is a company's. */
export interface Asked {
  standing: Standing;
  isCompany: boolean;
}

/**
 * Whether the caller may know that this exists. Below their own company people know the companies, and nothing that is in them; of
 * what is foreign they know nothing.
 */
export function mayKnow(role: Role, { standing, isCompany }: Asked): boolean {
  if (standing === 'below') return isCompany && isAllowed(role, 'company.read');
  return standing === 'own';
}

/** Whether the caller, who knows of it, may do this to it. */
export function mayDo(role: Role, permission: Permission, standing: Standing): boolean {
  return isAllowed(role, permission) && (standing === 'own' || (standing === 'below' && reachesBelow.includes(permission)));
}
