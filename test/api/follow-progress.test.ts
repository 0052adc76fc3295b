/** An onboarding as server-sent events, with the engine behind it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Progress } from '../../api/onboarding-progress.ts';
import { onboardingSteps } from '../../domain/onboarding.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { listen } from '../harness/events.ts';
import { beginOnboarding, confirmStep, type Started } from '../harness/scene.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const by = { actor: 'test' };
async function follow({ connectionId, companyId }: Started) {
  const person = { companyId, name: 'Ann', email: `ann@${companyId}.example.com`, phone: null, role: 'operator' as const };
  const { id: userId } = await engine.app.users.create(person, by);
  const { key } = await engine.app.apiKeys.create({ companyId, role: 'operator', label: 'Ann', userId }, by);
  const url = `${engine.url}/v1/connections/${connectionId}/onboarding`;
  return { heard: await listen<Progress>(`${url}/stream`, key), userId, key, url };
}

describe('Who follows an onboarding', () => {
  it('hears how far it is, then each step that anybody confirms with who did it, and the end', async () => {
    const started = await beginOnboarding(engine, { messages: 3 });
    const { heard, key, url } = await follow(started);
    expect(await heard.next()).toMatchObject({ confirmed: [], next: { step: 'access' }, cancelled: false });
    const admin = await engine.app.users.create(
      { companyId: started.companyId, name: 'Bea', email: 'bea@example.com', phone: null, role: 'company_admin' },
      by,
    );
    for (const step of onboardingSteps) await confirmStep(started, step, admin.id);
    const steps: Progress[] = [];
    for (let told = await heard.next(); told; told = await heard.next()) steps.push(told);
    expect(steps.at(-1)).toMatchObject({ next: null, names: { [admin.id]: 'Bea' } });
    expect(steps.at(-1)!.confirmed).toHaveLength(6);
    const asked = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    expect(await asked.json()).toEqual(steps.at(-1));
  });

  it('hears nothing more once they may not', async () => {
    const started = await beginOnboarding(engine);
    const { heard, userId } = await follow(started);
    expect(await heard.next()).toMatchObject({ next: { step: 'access' } });
    await engine.app.users.disable(userId, by);
    await confirmStep(started, 'access');
    expect(await heard.next()).toBeUndefined();
  });
});
