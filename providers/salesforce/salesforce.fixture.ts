/** An org in the sandbox, the platform's app, a company's own app with a key, and a person who answers the consent page. */
import { generateKeyPairSync } from 'node:crypto';
import type { ProviderFixture } from '../contract.suite.ts';
import { startSandbox } from '../../sandbox/server.ts';

export const client = { clientId: '3MVG9-linkwright-platform-app', clientSecret: 'CANARY-CLIENT-SECRET-4C1E' };
const own = { clientId: '3MVG9-acme-own-app', clientSecret: 'never-used' };
export const redirectUri = 'https://hooks.example.com/oauth/callback';

/** Few rows in an answer, so that few records make many pages. */
export const org = { name: 'Bright Harbor Plumbing', username: 'sync@brightharbor.example', rowsPerAnswerMax: 7 };

const newKey = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

export interface SalesforceFixture extends ProviderFixture {
  orgId: string;
}

const dealsCount = 45;
const contactsCount = 24;

export async function setUpSalesforce(): Promise<SalesforceFixture> {
  const sandbox = await startSandbox();
  const control = (verb: string, input: Record<string, unknown> = {}) => sandbox.control('salesforce', verb, input);
  const [key, otherKey] = [newKey(), newKey()];
  await control('createApp', { ...client, redirectUris: [redirectUri] });
  await control('createApp', { ...own, publicKey: key.publicKey });
  const { orgId, instanceUrl, username } = await control('createOrg', org);
  const { accessToken } = await control('createGrant', { clientId: client.clientId, orgId });
  await control('createOpportunities', { orgId, count: dealsCount, movesEach: 3, apartS: 60 });
  for (let place = 0; place < contactsCount; place += 1)
    await control('createContact', {
      orgId,
      name: `Contact ${place}`,
      email: `contact-${place}@example.com`,
      account: place % 2 === 0 ? 'Acme' : null,
      at: new Date(Date.now() - (place * 60 + 30) * 1_000).toISOString(),
    });
  const ofKey = { clientId: own.clientId, subject: username, privateKey: key.privateKey };
  return {
    orgId,
    baseUrl: `${sandbox.url}/salesforce`,
    close: sandbox.close,
    control,
    credentials: {
      oauth2: { accepted: { accessToken, instanceUrl }, refused: { accessToken: '00D!canary-wrong-session-19', instanceUrl } },
      jwt_bearer: { accepted: ofKey, refused: { ...ofKey, privateKey: otherKey.privateKey } },
    },
    settings: {},
    records: { deals: dealsCount, contacts: contactsCount },
    changing: { deals: changingDeals(control, orgId), contacts: changingContacts(control, orgId) },
    owner: {
      externalId: '005000000000777AAA',
      join: () => control('createUser', { orgId, id: '005000000000777AAA', name: 'Kim Park' }),
      leave: () => control('deactivateUser', { orgId, id: '005000000000777AAA' }),
    },
    writes: {
      deals: {
        create: async () => (await control('createOpportunity', { orgId, at: new Date(Date.now() - 9_000).toISOString() })).id,
        values: { title: 'New roof', stage: 'Proposal/Price Quote', amount: '4321.5', expectedCloseOn: '2027-03-01' },
        refused: { stage: 'Nowhere' },
      },
    },
    unknownIds: { deals: '006000000000zzzAAA', contacts: '003000000000zzzAAA' },
    oauth: { client, redirectUri, answer },
  };
}

type Control = (verb: string, input?: Record<string, unknown>) => Promise<any>;
interface Told {
  id: string;
  stage?: string;
  changedAt: string;
  isDeleted: boolean;
}

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;
const stageNames = ['Prospecting', 'Qualification', 'Proposal/Price Quote', 'Closed Won', 'Closed Lost'];

const versions = (records: Told[]) =>
  Object.fromEntries(records.filter(({ isDeleted }) => !isDeleted).map(({ id, changedAt }) => [id, changedAt]));

/** One change of any kind, to any record. */
export function changingDeals(control: Control, orgId: string) {
  const read = async (): Promise<Told[]> => (await control('truth', { orgId })).opportunities;
  return {
    async change() {
      const records = await read();
      const { id, isDeleted } = pick(records);
      const acts = [
        () => control('createOpportunity', { orgId, name: 'New', stage: pick(stageNames) }),
        () => control('changeOpportunity', { orgId, id, stage: pick(stageNames) }),
        () => control('changeOpportunity', { orgId, id, stage: pick(stageNames) }),
        () => control('changeOpportunity', { orgId, id, amount: Math.floor(Math.random() * 10_000) }),
        () => control(isDeleted ? 'restoreRecords' : 'deleteRecords', { orgId, ids: [id] }),
      ];
      await pick(acts)();
    },
    truth: async () => versions(await read()),
  };
}

export function changingContacts(control: Control, orgId: string) {
  const read = async (): Promise<Told[]> => (await control('truth', { orgId })).contacts;
  return {
    async change() {
      const records = await read();
      const [one, other] = [pick(records), pick(records.filter(({ isDeleted }) => !isDeleted))];
      const acts = [
        () => control('createContact', { orgId, name: 'New' }),
        () => control('changeContact', { orgId, id: one.id, phone: '+1 415 555 0100' }),
        () => control(one.isDeleted ? 'restoreRecords' : 'deleteRecords', { orgId, ids: [one.id] }),
        async () => one.id !== other.id && control('mergeContacts', { orgId, into: other.id, ids: [one.id] }),
      ];
      await pick(acts)();
    },
    truth: async () => versions(await read()),
  };
}

/** Opens the page, follows the link of the answer, and stops where Salesforce sends the person back. */
async function answer(pageUrl: string, given: 'agree' | 'decline'): Promise<URL> {
  const page = await (await fetch(pageUrl)).text();
  const links = [...page.matchAll(/<a href="([^"]+)">([^<]+)<\/a>/g)];
  const link = links.find(([, , words]) => words!.startsWith(given === 'agree' ? 'Allow for' : 'Deny'));
  if (!link) throw new Error(`The page has no such link: ${page}`);
  const target = link[1]!.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  const answered = await fetch(new URL(target, pageUrl), { redirect: 'manual' });
  return new URL(answered.headers.get('location')!);
}
