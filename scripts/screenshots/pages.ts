import type { Role } from '../../domain/permissions.ts';
import type { Shown } from './stage.ts';

export interface PageShown {
  /** The file's name begins with it. */
  name: string;
  path: string;
  /** Who looks; `null` is somebody who is not signed in. */
  role: Role | null;
}

/** Every page, each as the person sees it who comes for it. */
export function pagesOf({ connectionId, crmConnectionId, halfWayConnectionId, incidentId }: Shown): PageShown[] {
  const admin = 'company_admin';
  return [
    { name: 'sign-in', path: '/sign-in', role: null },
    { name: 'home', path: '/', role: admin },
    { name: 'home-operator', path: '/', role: 'operator' },
    { name: 'connect', path: '/connect', role: admin },
    { name: 'setup', path: `/connections/${halfWayConnectionId}/setup`, role: admin },
    { name: 'connections', path: '/connections', role: admin },
    ...['story', 'runs', 'settings', 'mappings', 'credentials', 'commands'].map((tab) => ({
      name: `connection-${tab}`,
      path: `/connections/${connectionId}?tab=${tab}`,
      role: admin as Role,
    })),
    { name: 'mapping', path: `/connections/${crmConnectionId}/mapping`, role: admin },
    { name: 'failures', path: '/failures', role: 'operator' },
    { name: 'incidents', path: '/incidents', role: 'operator' },
    { name: 'incident', path: `/incidents/${incidentId}`, role: 'operator' },
    { name: 'health', path: '/health', role: 'operator' },
    ...['templates', 'deliveries', 'opt-outs'].map((tab) => ({
      name: `messages-${tab}`,
      path: `/messages?tab=${tab}`,
      role: 'operator' as Role,
    })),
    { name: 'reports', path: '/reports', role: admin },
    { name: 'audit', path: '/audit', role: admin },
    { name: 'own-password', path: '/own-password', role: admin },
    { name: 'portal', path: '/portal', role: 'client' },
  ];
}
