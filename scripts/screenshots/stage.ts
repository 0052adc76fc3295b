/** What the screenshots show: the whole demonstration, one connection whose provider is down, and one half way through onboarding. */
import { randomBytes } from 'node:crypto';
import { onboard } from '../demo/onboarding.ts';
import { setScene, type Scene, type Stage } from '../demo/scene.ts';
import { tellStory } from '../demo/story.ts';
import { breakAndEscalate } from '../demo/trouble.ts';
import type { Role } from '../../domain/permissions.ts';

export interface Shown {
  connectionId: string;
  crmConnectionId: string;
  brokenConnectionId: string;
  incidentId: string;
  halfWayConnectionId: string;
  /** The token of a link that signs a new person of that role in, once. */
  linkOf(role: Role): Promise<string>;
  /** Lets the sandbox answer again. */
  clear(): Promise<void>;
}

export async function setStage(stage: Stage): Promise<Shown> {
  const { connectionId, deals } = await tellStory(stage);
  const halfWayConnectionId = await beginOnboarding(await setScene(stage));
  const scene = await setScene(stage);
  const brokenConnectionId = await onboard(scene);
  const incidentId = await breakAndEscalate(scene, brokenConnectionId);
  const names: Partial<Record<Role, string>> = { company_admin: 'Ada Admin', operator: 'Otto Operator', client: 'Clara Client' };
  return {
    connectionId,
    crmConnectionId: deals.connectionId,
    brokenConnectionId,
    incidentId,
    halfWayConnectionId,
    async linkOf(role) {
      const user = await scene.api.call('POST', `/companies/${stage.companyId}/users`, {
        name: names[role] ?? role,
        email: `${role}.${randomBytes(4).toString('hex')}@example.com`,
        phone: null,
        role,
      });
      const { token } = await scene.api.call('POST', `/users/${user.id}/sign-in-link`, {});
      return token as string;
    },
    clear: () => scene.twilio('clearFaults'),
  };
}

/** Access and records are there; the mapping waits for a person. */
async function beginOnboarding({ api, companyId, accountSid, authToken, ownerUserId }: Scene): Promise<string> {
  const { id } = await api.call('POST', `/companies/${companyId}/connections`, {
    providerKey: 'twilio',
    purpose: 'reminders',
    label: 'Reminders by text',
    reason: 'Nobody should miss an appointment.',
    ownerUserId,
  });
  const credentials = { kind: 'basic', values: { accountSid, authToken } };
  await api.call('POST', `/connections/${id}/onboarding/access`, { credentials });
  await api.call('POST', `/connections/${id}/onboarding/records`, {});
  return id as string;
}
