import type { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import type { Logger } from 'pino';
import type { AppStores } from '../db/app/stores/index.ts';
import type { TrafficStores } from '../db/traffic/stores/index.ts';
import type { Followers } from './followers.ts';
import type { Limits } from './limits.ts';
import type { OidcSettings } from './sessions/oidc.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Metrics } from './metrics.ts';
import type { Tokens } from './tokens.ts';
import type { WebhookTargets } from './webhooks/targets.ts';
import type { Waker } from './webhooks/wake.ts';

/** Everything that the API works with, made once at start and handed to every route. */
export interface Deps {
  stores: AppStores;
  traffic: TrafficStores;
  keyring: Keyring;
  temporal: Client;
  /** Opens what histories hold. */
  codec: PayloadCodec;
  log: Logger;
  metrics: Metrics;
  /** `null`: API keys alone are taken. */
  tokens: Tokens | null;
  /** `null`: people sign in by password or link. */
  oidc: OidcSettings | null;
  limits: Limits;
  /** Whose word about a caller's address is taken, as Express knows it: proxies before us, by their number or addresses. */
  trustProxy: number | string[] | false;
  /** Wakes the workflow that drains a connection's stored events. */
  waker: Waker;
  /** Wakes the workflow that writes what people asked for. */
  pushWaker: Waker;
  webhookTargets: WebhookTargets;
  /** Who watches what go on. */
  followers: Followers;
  /** The platform's own sender of SMS, whose answers come to `/webhooks/notices`; `null` when there is none. */
  notifier: { providerKey: string; credentials: Record<string, string> } | null;
  /** What providers call, without a trailing slash; webhook signatures are checked against it. */
  publicUrl: string;
  /** Origins whose pages may call us from a browser, besides our own. */
  corsOrigins: readonly string[];
  /** Origins whose pages may show the portal in a frame. */
  portalEmbedOrigins: readonly string[];
  /** The platform's OAuth client ids, and addresses used in place of the vendors' own, both by provider key. */
  oauth: { clientIds: Record<string, string>; baseUrls: Record<string, string> };
  /** The Temporal UI's address, without a trailing slash. */
  temporalUiUrl: string;
  /** How long an HTTP request waits for a workflow's answer. */
  answerWithinMs: number;
}
