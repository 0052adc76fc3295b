/** Erases from each database in turn. An attempt that died is begun again: what is gone is not counted twice. */
import { heartbeat } from '@temporalio/activity';
import type { ErasureScope } from '../db/erasure/scope.ts';
import type { ErasureKind } from '../domain/erasure.ts';
import type { ActivityDeps } from './deps.ts';
import { failWith } from './failures.ts';

interface EraseStep {
  erasureId: string;
  kind: ErasureKind;
  scope: ErasureScope;
}

export function erasureActivities({ app, traffic, temporal }: ActivityDeps) {
  const erasing = (erasureId: string) => ({ erasureId, tick: () => heartbeat() });

  return {
    async readErasureScope({ erasureId }: { erasureId: string }): Promise<{ scope: ErasureScope }> {
      return { scope: await app.erasures.scope(erasureId) };
    },

    async endCompanyWorkflows({ companyId }: { companyId: string }): Promise<{ ended: number }> {
      return { ended: await temporal.endWorkflows(companyId, 'The company is being erased.') };
    },

    /** Fails, and is tried again, while an event that mentions the person waits to be applied: its word must not be lost. */
    async eraseTraffic({ erasureId, kind, scope }: EraseStep): Promise<void> {
      if (kind === 'company') return traffic.erasures.eraseCompany(erasing(erasureId), scope);
      const person = await app.erasures.person(erasureId);
      const { waiting } = await traffic.erasures.erasePerson(erasing(erasureId), scope, person);
      if (waiting > 0)
        throw failWith(
          'provider_unavailable',
          `${waiting} stored events that mention the person have yet to be applied. Where a connection is paused, resume or disconnect it.`,
        );
    },

    /** Fails, and is tried again, while a message to the person is under way. */
    async eraseApp({ erasureId, kind, scope }: EraseStep): Promise<void> {
      if (kind === 'company') return app.erasures.eraseCompany(erasing(erasureId), scope);
      const { underWay } = await app.erasures.erasePerson(erasing(erasureId), scope);
      if (underWay.length > 0)
        throw failWith(
          'provider_unavailable',
          `Messages to the person are under way: ${underWay.join(', ')}. They are erased when they have ended; cancel or decide them.`,
        );
    },

    async finishErasure({ erasureId }: { erasureId: string }): Promise<void> {
      await app.erasures.finish(erasureId);
    },
  };
}
