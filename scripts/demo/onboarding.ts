import { promise } from './client.ts';
import { policy, seededMessages, type Scene } from './scene.ts';

export async function onboard(scene: Scene): Promise<string> {
  const { api, say, companyId, accountSid, authToken, ownerUserId } = scene;
  const connection = await api.call('POST', `/companies/${companyId}/connections`, {
    providerKey: 'twilio',
    purpose: 'customer messages',
    label: 'Front desk SMS',
    reason: 'Customers ask for appointments by text.',
    ownerUserId,
    policy,
  });
  const step = (name: string, body?: unknown, status?: number) =>
    api.call('POST', `/connections/${connection.id}/onboarding/${name}`, body ?? {}, status);

  const early = await step('launch', {}, 409);
  say('Onboarding', `launching first is refused: ${early.error.message}`);
  const wrong = await step('access', { credentials: { kind: 'basic', values: { accountSid, authToken: 'f'.repeat(32) } } }, 409);
  say('Onboarding', `wrong credentials are refused: ${wrong.error.message}`);
  const access = await step('access', { credentials: { kind: 'basic', values: { accountSid, authToken } } });
  say('1 access', `account ${access.step.summary.accountStatus}, reaches ${access.step.summary.reaches} sender`);
  const records = await step('records');
  say('2 records', `credentials sealed, ${records.step.summary.jobs} jobs`);
  const mapping = await step('mapping');
  say(
    '3 mapping',
    `${mapping.step.summary['messages.mapped']} of ${mapping.step.summary['messages.sampled']} sampled messages map`,
  );
  const test = await step('test-run');
  promise(
    test.step.summary.created >= seededMessages,
    `the test run created ${test.step.summary.created} records, at least ${seededMessages} exist`,
  );
  say('4 test run', `created ${test.step.summary.created}, failed ${test.step.summary.failed}`);
  const baseline = await step('baseline', {
    nextAction: 'Reply to open questions by noon.',
    explanation: 'How many of your text messages reach customers.',
  });
  say('5 baseline', `messages delivered: ${baseline.step.summary.messages_delivered}`);
  const launch = await step('launch');
  say('6 launch', `confirmed by ${launch.step.by}; ${launch.step.summary.schedules} Schedules`);
  return connection.id;
}
