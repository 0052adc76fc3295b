import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflowIds } from '../../domain/workflow-ids.ts';
import { getProvider } from '../../providers/registry.ts';
import { connectorStatusQuery } from '../../workflows/messages.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { grantsOf, type PortalOptions } from '../harness/hubspot-account.ts';
import {
  answerConsent,
  beginHubspot,
  consent,
  hubspotWithStream,
  launchHubspot,
  pagesOfRun,
  walkToConsent,
  type HubspotScene,
} from '../harness/hubspot-connection.ts';
import { until } from '../harness/until.ts';

/** A provider with tokens, a stream and a launched connection, as they will be from the next provider's data on. */
describe.each([{ rotates: true }, { rotates: false }])(
  'a launched connection with tokens (rotating: $rotates)',
  ({ rotates }) => {
    let engine: Engine;
    beforeAll(async () => {
      const hubspot = hubspotWithStream({ rotates });
      engine = await startEngine({ getProvider: (key) => (key === 'hubspot' ? hubspot : getProvider(key)) });
    });
    afterAll(() => engine.stop());

    async function launch(portal: PortalOptions = {}): Promise<HubspotScene> {
      const scene = await beginHubspot(engine, { rotation: rotates ? 'strict' : 'none', ...portal });
      await consent(scene);
      await launchHubspot(scene);
      return scene;
    }
    const status = ({ connectionId }: HubspotScene) =>
      engine.client.workflow.getHandle(workflowIds.connector(connectionId)).query(connectorStatusQuery);
    const reaches = (scene: HubspotScene, state: string) =>
      until(
        () => status(scene),
        (now) => now.state === state,
      );
    const grants = ({ portalId }: HubspotScene) => grantsOf(engine, portalId);
    const due = ({ connectionId }: HubspotScene) =>
      engine.appDatabase.query(
        `UPDATE integration_tokens SET refresh_at = UTC_TIMESTAMP(3), expires_at = UTC_TIMESTAMP(3) WHERE connection_id = :connectionId`,
        { replacements: { connectionId } },
      );
    async function run(scene: HubspotScene) {
      const { body } = await scene.call('POST', `/connections/${scene.connectionId}/sync`, {});
      const { runId } = body.runs[0] as { runId: string };
      return {
        runId,
        ends: () =>
          until(
            async () => (await scene.call('GET', `/runs/${runId}`)).body as { outcome: string | null; code: string | null },
            ({ outcome }) => outcome !== null,
          ),
      };
    }
    const tasksOf = async ({ company }: HubspotScene) =>
      (await engine.app.tasks.list({ companyId: company.companyId, limit: 50 })).items.filter(
        ({ cause }) => cause === 'credentials_lost',
      );
    const canariesOf = async ({ connectionId }: HubspotScene) => {
      for (const { values } of await engine.app.tokens.held(connectionId))
        for (const secret of Object.values(values)) engine.canaries.add(secret);
    };

    it('renews what is due once, in the middle of a long run as well, and the run never notices', async () => {
      const scene = await launch();
      await canariesOf(scene);
      await engine.sandbox.control('hubspot', 'fault', {
        kind: 'delay',
        ms: 300,
        times: pagesOfRun,
        match: { path: '/account-info' },
      });
      const { ends } = await run(scene);
      await new Promise((resolve) => setTimeout(resolve, 700));
      await due(scene);
      expect(await ends()).toMatchObject({ outcome: 'succeeded' });
      expect(await grants(scene)).toMatchObject([{ refreshes: 1, reuses: 0, state: 'good' }]);
      await canariesOf(scene);
    });

    it('renews an access token that was refused before its time once, and makes the call again', async () => {
      const scene = await launch();
      await engine.sandbox.control('hubspot', 'endAccessTokens', { portalId: scene.portalId });
      const { ends } = await run(scene);
      expect(await ends()).toMatchObject({ outcome: 'succeeded' });
      expect(await grants(scene)).toMatchObject([{ refreshes: 1, reuses: 0 }]);
    });

    it('waits for a person when the consent is gone, tells the owner, and goes on where it was after a new one', async () => {
      const scene = await launch();
      const { connectionId, portalId } = scene;
      const jobs = await engine.app.jobs.list(connectionId);
      const mapping = await engine.app.mappings.current(connectionId, 'usage');
      const [before] = await engine.app.tokens.held(connectionId);
      await canariesOf(scene);

      await engine.sandbox.control('hubspot', 'removeApp', { portalId });
      const { ends } = await run(scene);
      expect(await ends()).toMatchObject({ outcome: 'failed' });
      await reaches(scene, 'needs_reauthorization');
      const reason = 'HubSpot no longer accepts the access that was given: reauthorize the connection.';
      const connection = await engine.app.connections.get(connectionId);
      expect(connection).toMatchObject({ state: 'needs_reauthorization' });
      expect(await tasksOf(scene)).toMatchObject([
        { connectionId, completedAt: null, sentence: `HubSpot of Sample Plumbing: ${reason}` },
      ]);
      await until(
        () => status(scene),
        ({ incidents }) => incidents.credentials_rejected !== undefined,
      );
      const asked = async () => (await engine.sandbox.control<{ path: string }[]>('hubspot', 'requests')).length;
      const quiet = await asked();
      expect((await scene.call('POST', `/connections/${connectionId}/sync`, {})).status).toBe(409);
      expect(await asked()).toBe(quiet);

      const walk = await walkToConsent(scene);
      const told = await walk.browser.get(await answerConsent(scene, walk));
      expect(told).toMatchObject({ status: 200, text: expect.stringContaining('uses the new access from now on') });
      await until(
        () => status(scene),
        (now) => now.state === 'active' && Object.keys(now.incidents).length === 0,
      );
      expect(await tasksOf(scene)).toMatchObject([{ completedBy: scene.company.admin.id }]);
      const [after] = await engine.app.tokens.held(connectionId);
      expect(after!.tokenId).not.toBe(before!.tokenId);
      expect((await engine.app.jobs.list(connectionId)).map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
      expect(await engine.app.mappings.current(connectionId, 'usage')).toEqual(mapping);
      expect((await engine.app.runs.list({ connectionId, limit: 10 })).items.length).toBeGreaterThanOrEqual(2);
      const [job] = await engine.app.jobs.list(connectionId);
      expect(job!.cursor).toBe(JSON.stringify({ page: pagesOfRun }));
      await canariesOf(scene);
    });

    it.each(['reset_after_effect', 'status502_after_effect'])(
      'asks a person where a lost answer may have spent the consent, and goes on where it cannot have: %s',
      async (kind) => {
        const scene = await launch();
        await canariesOf(scene);
        await due(scene);
        await engine.sandbox.control('hubspot', 'fault', { kind, times: 1, match: { path: '/oauth/v3/token' } });
        const { ends } = await run(scene);
        expect(await ends()).toMatchObject({ outcome: rotates ? 'failed' : 'succeeded' });
        expect(await grants(scene)).toMatchObject([{ refreshes: rotates ? 1 : 2, reuses: 0, state: 'good' }]);
        if (!rotates) {
          expect(await status(scene)).toMatchObject({ state: 'active', incidents: {} });
          expect(await tasksOf(scene)).toEqual([]);
          return;
        }
        await reaches(scene, 'needs_reauthorization');
        const reason =
          'New access was asked for at HubSpot and the answer was lost, so the old one must not be used again: reauthorize the connection.';
        const { connectionId } = scene;
        expect(await engine.app.connections.get(connectionId)).toMatchObject({ state: 'needs_reauthorization' });
        expect(await tasksOf(scene)).toMatchObject([
          {
            connectionId,
            completedAt: null,
            sentence: `HubSpot of Sample Plumbing: ${reason}`,
          },
        ]);
        await consent(scene);
        await reaches(scene, 'active');
        expect(await grants(scene)).toMatchObject([{ reuses: 0 }, { reuses: 0, state: 'good' }]);
      },
    );

    it('ends earlier access at the provider when other access takes its place, and all of it on disconnect', async () => {
      const scene = await launch();
      await consent(scene);
      const [first, second] = await until(
        () => grants(scene),
        (all) => all.some(({ revocations }) => revocations > 0),
      );
      expect([first, second]).toMatchObject([
        { state: 'revoked', revocations: 1 },
        { state: 'good', revocations: 0 },
      ]);
      const answer = await scene.call('POST', `/connections/${scene.connectionId}/disconnect`, { reason: 'Moved elsewhere' });
      expect(answer.body.verdict).toBe('accepted');
      expect(await grants(scene)).toMatchObject([{ revocations: 1 }, { state: 'revoked', revocations: 1 }]);
      expect(await engine.app.tokens.held(scene.connectionId)).toEqual([]);
      expect((await scene.call('POST', `/connections/${scene.connectionId}/oauth`, {})).status).toBe(409);
    });

    it('is disconnected although the provider cannot be told, and the audit log says so', async () => {
      const scene = await launch();
      await engine.sandbox.control('hubspot', 'fault', { kind: 'status500', match: { path: '/token/revoke' } });
      const answer = await scene.call('POST', `/connections/${scene.connectionId}/disconnect`, { reason: 'Moved elsewhere' });
      await engine.sandbox.control('hubspot', 'clearFaults');
      expect(answer.body.verdict).toBe('accepted');
      const { items } = await engine.app.audit.list({ companyId: scene.company.companyId, limit: 50 });
      expect(items.find(({ action }) => action === 'credentials.revoke')).toMatchObject({
        outcome: 'refused',
        detail: { reason: expect.stringContaining('remove the app in the account there') },
      });
      expect(await engine.app.tokens.held(scene.connectionId)).toEqual([]);
    });

    it('keeps every token out of histories and logs', async () => {
      expect(engine.canaries.size).toBeGreaterThan(5);
      expect(await engine.leaks()).toEqual([]);
    });
  },
);
