/**
 * What every provider must hold to, run against its sandbox over real HTTP: `describeProvider(provider, setUp)` in the provider's own
 * test file, beside the tests of what is particular to it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { isFailureCode, type Failure } from '../domain/failure.ts';
import { metricKeys } from '../domain/metrics.ts';
import type { FieldValues } from '../domain/out-mapping.ts';
import type { AuthKind, InboundRequest, OutgoingMessage, Provider, ProviderContext } from './contract.ts';
import { describeFailures } from './contract.suite.failures.ts';
import { describeMessages } from './contract.suite.messages.ts';
import { describeConsent } from './contract.suite.oauth.ts';
import { describeRecords } from './contract.suite.records.ts';
import { secretLikeNames } from './contract.suite.settings.ts';
import { describeStreams } from './contract.suite.streams.ts';
import { describeWebhooks } from './contract.suite.webhooks.ts';
import { describeWrites } from './contract.suite.writes.ts';
import { handedFor } from './contract.suite.tokens.ts';
import { createProviderHttp, type HttpCall } from './http.ts';
import { classifyGrant, isConsent, isRenewed, type OAuthClient } from './oauth.ts';

type Values = Record<string, string>;

/** One account in the provider's sandbox, and what is known of it. */
export interface ProviderFixture {
  /** The provider's mount point in the sandbox. */
  baseUrl: string;
  close: () => Promise<void>;
  /** A control verb of the sandbox. */
  control(verb: string, input?: Record<string, unknown>): Promise<unknown>;
  /** Accepted and refused credentials for each of the provider's auth kinds. */
  credentials: Record<string, { accepted: Values; refused: Values }>;
  settings: Record<string, unknown>;
  /** How many records each stream has in the first run. */
  records: Record<string, number>;
  /**
   * By stream that has `fetchByIds`: changes, adds or deletes one or more records at the vendor, and what is true there now: by id, the
   * vendor's time of the version.
   */
  changing?: Record<string, { change(): Promise<unknown>; truth(): Promise<Record<string, string>> }>;
  /** A person of the vendor's who owns records joins under this id and leaves again. */
  owner?: { externalId: string; join(): Promise<unknown>; leave(): Promise<unknown> };
  /** By stream that can be written, in our fields: makes a record and answers its id; values that differ from its own; what the vendor refuses. */
  writes?: Record<string, { create(): Promise<string>; values: FieldValues; refused: FieldValues }>;
  /** By stream that has `fetchByIds`: an id that the vendor never gave. */
  unknownIds?: Record<string, string>;
  webhook?: {
    /** Validly signed with `credentials`, each another event. */
    requests: InboundRequest[];
    signatureHeader: string;
    /** Validly signed, but with credentials that are not in force. */
    foreign: InboundRequest;
    /** Validly signed and then written anew by something in between; absent where the vendor shows a secret and signs nothing. */
    rewritten?: InboundRequest;
  };
  message?: OutgoingMessage;
  oauth?: {
    /** The platform's client, as the sandbox knows it. */
    client: OAuthClient;
    redirectUri: string;
    /** Opens the vendor's page as a person and answers it; where the person is sent then. */
    answer(pageUrl: string, answer: 'agree' | 'decline'): Promise<URL>;
  };
}

/** What each part of the suite is handed. */
export interface Suite {
  provider: Provider;
  /** Set up before the first test. */
  fixture: () => ProviderFixture;
  context: (timeoutMs?: number) => ProviderContext;
  contextWith: (credentials: Values, timeoutMs?: number) => ProviderContext;
  /** What the provider is handed for the fixture's credentials. Throws where new access is asked for with them and refused. */
  handed: (auth: AuthKind<any>, which: 'accepted' | 'refused') => Promise<Values>;
  /** What a call throws; a call that succeeds fails the test. */
  errorOf: (call: () => Promise<unknown>) => Promise<unknown>;
  /** What the provider makes of it. */
  failureOf: (call: () => Promise<unknown>) => Promise<Failure>;
  /** Every call so far, as logged. */
  calls: HttpCall[];
}

export function describeProvider(provider: Provider, setUp: () => Promise<ProviderFixture>): void {
  let set: ProviderFixture;
  const calls: HttpCall[] = [];
  const fixture = () => set;
  const contextWith = (credentials: Values, timeoutMs = 5_000): ProviderContext => ({
    http: createProviderHttp({
      vendorBaseUrl: provider.baseUrl,
      baseUrl: set.baseUrl,
      hosts: provider.hosts,
      timeoutMs,
      log: (call) => calls.push(call),
    }),
    credentials,
    settings: set.settings,
  });
  const context = (timeoutMs?: number) => contextWith(Object.values(set.credentials)[0]!.accepted, timeoutMs);
  const handed: Suite['handed'] = (auth, which) => {
    const { http } = contextWith({});
    return handedFor(auth, set.credentials[auth.kind]![which], http);
  };
  const errorOf = (call: () => Promise<unknown>): Promise<unknown> =>
    call().then(
      () => expect('the call').toBe('refused'),
      (error: unknown) => error,
    );
  const failureOf = async (call: () => Promise<unknown>): Promise<Failure> => provider.classify(await errorOf(call));
  const suite: Suite = { provider, fixture, context, contextWith, handed, errorOf, failureOf, calls };

  describe(`${provider.label}, as every provider`, () => {
    beforeAll(async () => {
      set = await setUp();
    });
    afterAll(() => set.close());
    afterEach(() => set.control('clearFaults'));

    describeDeclaration(suite);
    describeCheck(suite);
    for (const auth of provider.auth) if (isConsent(auth)) describeConsent(suite, auth);
    describeStreams(suite);
    describeRecords(suite);
    describeWrites(suite);
    if (provider.webhook) describeWebhooks(suite, provider.webhook);
    describeFailures(suite);
    if (provider.sendMessage) describeMessages(suite, provider.sendMessage);
  });
}

/** The kinds that a person fills a form for. */
const enteredAuths = ({ auth }: Provider) => auth.flatMap((kind) => ('credentials' in kind ? [kind] : []));

function describeDeclaration({ provider, fixture }: Suite): void {
  describe('its declaration', () => {
    it('names itself, its pages and its hosts', () => {
      expect(provider.key).toMatch(/^[a-z][a-z0-9_]*$/);
      for (const url of [provider.docsUrl, provider.baseUrl]) expect(new URL(url).protocol).toBe('https:');
      expect(provider.baseUrl).not.toMatch(/\/$/);
      for (const key of provider.metrics) expect(metricKeys).toContain(key);
    });

    it('names as secret only what its forms ask for, and takes empty settings', () => {
      for (const { credentials, secrets } of enteredAuths(provider)) {
        const fields = Object.keys((z.toJSONSchema(credentials) as { properties: object }).properties);
        expect(fields).toEqual(expect.arrayContaining(secrets));
        expect(secrets.length).toBeGreaterThan(0);
      }
      expect(provider.settings.safeParse({}).success).toBe(true);
    });

    it('asks for no secret in its settings', () => {
      expect(secretLikeNames(provider.settings)).toEqual([]);
    });

    it('has forms that take its credentials and refuse what they do not declare', () => {
      for (const { kind, credentials } of enteredAuths(provider)) {
        const { accepted } = fixture().credentials[kind]!;
        expect(credentials.safeParse(accepted).success).toBe(true);
        expect(credentials.safeParse({ ...accepted, undeclared: 'x' }).success).toBe(false);
        for (const field of Object.keys(accepted))
          expect(credentials.safeParse({ ...accepted, [field]: '' }).success).toBe(false);
      }
    });

    it('has a failure code and a sentence for every vendor code that it knows', () => {
      for (const [code, entry] of Object.entries(provider.errorCatalogue)) {
        expect(entry.providerCode).toBe(code);
        expect(isFailureCode(entry.code)).toBe(true);
        expect(entry.sentence).toMatch(/^\p{Lu}.{15,160}\.$/u);
      }
      for (const code of provider.optedOutCodes) expect(provider.errorCatalogue[code]?.code).toBe('record_rejected');
    });
  });
}

function describeCheck({ provider, contextWith, handed, errorOf }: Suite): void {
  describe('its check', () => {
    it('tells the account and what it reaches, with every kind of credentials', async () => {
      for (const auth of provider.auth) {
        const result = await provider.check(contextWith(await handed(auth, 'accepted')));
        expect(result.usable).toEqual({ ok: true });
        expect(result.account.externalId).not.toBe('');
        expect(new Set(result.reaches.map(({ externalId }) => externalId)).size).toBe(result.reaches.length);
      }
    });

    it('fails with credentials_rejected when the provider refuses the credentials', async () => {
      for (const auth of provider.auth) {
        const error = await errorOf(async () => provider.check(contextWith(await handed(auth, 'refused'))));
        const atTokens = isRenewed(auth) && !isConsent(auth);
        const failure = atTokens ? classifyGrant(error, auth, provider.label) : provider.classify(error);
        expect(failure).toMatchObject({ code: 'credentials_rejected', effect: 'none' });
      }
    });
  });
}
