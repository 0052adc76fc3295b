import { afterAll, beforeAll, expect, describe, it } from '@jest/globals';
import { createWebhookTargets } from '../../api/webhooks/targets.ts';
import { authToken, by, company, connection } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

const aMinuteMs = 60_000;
let api: Api;
let companyId: string;
let reads: string[];

beforeAll(async () => {
  api = await startApi();
  ({ id: companyId } = await company(api, 'Ours'));
});
afterAll(() => api.close());

/** The real stores, with a note of each time that they are asked for a connection. */
function targetsOf(keepMs: number) {
  reads = [];
  const { connections, credentials } = api.stores;
  const find = (id: string) => {
    reads.push(id);
    return connections.find(id);
  };
  const withAccounts = (providerKey: string) => {
    reads.push(providerKey);
    return connections.withAccounts(providerKey);
  };
  return createWebhookTargets({ connections: { find, withAccounts }, credentials }, { keepMs });
}

describe('Webhook targets', () => {
  it('are read once by all who ask at the same time, and once while they are kept', async () => {
    const id = await connection(api, companyId);
    const targets = targetsOf(aMinuteMs);
    const found = await Promise.all(Array.from({ length: 20 }, () => targets.get(id)));
    expect(found.every((target) => target?.credentials?.['authToken'] === authToken)).toBe(true);
    await targets.get(id);
    expect(reads).toEqual([id]);
  });

  it('are read anew once they were forgotten, or are wanted as of now', async () => {
    const id = await connection(api, companyId);
    const targets = targetsOf(aMinuteMs);
    const first = await targets.get(id);
    targets.forget(id);
    await api.stores.connections.setState(id, 'paused', 'Test.', 'test');
    expect((await targets.get(id))?.connection.state).toBe('paused');
    await targets.get(id, Date.now() + 1);
    expect(reads).toHaveLength(3);
    expect(first?.connection.state).toBe('active');
  });

  it('keep nothing of an id that nobody has, so that strangers fill no memory and a new connection is found at once', async () => {
    const stranger = `conn_${'0'.repeat(26)}`;
    const targets = targetsOf(aMinuteMs);
    for (let turn = 0; turn < 3; turn += 1) expect(await targets.get(stranger)).toBeNull();
    expect(reads).toHaveLength(3);
  });

  it('have the staged credentials of a connection that is being set up', async () => {
    const id = await connection(api, companyId, 'onboarding');
    await api.stores.credentials.forget(id, by);
    const values = { accountSid: `AC${'1'.repeat(32)}`, authToken: 'staged-token' };
    const targets = targetsOf(aMinuteMs);
    expect((await targets.get(id))?.credentials).toBeNull();
    await api.stores.credentials.stage({ connectionId: id, companyId, kind: 'basic', values }, by);
    expect((await targets.get(id, Date.now() + 1))?.credentials).toEqual(values);
  });
});
