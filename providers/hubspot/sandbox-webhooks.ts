/** What HubSpot sends us: signed lists of events. Written from HubSpot's page and not with the code that checks it. */
import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ProviderSandbox } from '../contract.ts';
import { crmOf } from './sandbox-crm.ts';
import type { SandboxWorld } from './sandbox-state.ts';

/** In a URL these come decoded into the signature. https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation */
const decodedInSignature: Record<string, string> = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
};

export function signedHeaders(
  secret: string,
  { method = 'POST', url, body, atMs }: { method?: string; url: string; body: string; atMs: number },
): Record<string, string> {
  const decoded = url.replace(/%[0-9A-F]{2}/gi, (code) => decodedInSignature[code.toUpperCase()] ?? code);
  return {
    'content-type': 'application/json',
    'user-agent': 'HubSpot Connect 2.0 (https://developers.hubspot.com/) (namespace: webhooks-nio-http-client)',
    'x-hubspot-signature-v3': createHmac('sha256', secret).update(`${method}${decoded}${body}${atMs}`).digest('base64'),
    'x-hubspot-request-timestamp': String(atMs),
    // Older signatures are sent beside the newest.
    'x-hubspot-signature-version': 'v1',
    'x-hubspot-signature': createHash('sha256').update(`${secret}${body}`).digest('hex'),
  };
}

/** https://developers.hubspot.com/docs/api-reference/2026-03/webhooks/guide */
const eventsMax = 100;
/** HubSpot waits this long for an answer. */
const answerWithinMs = 5_000;

interface Posted {
  events: number;
  /** `null` when nobody answered. */
  status: number | null;
}

const sendInput = z.strictObject({
  portalId: z.int(),
  /** The address that the app gave, which is what is signed. */
  url: z.url(),
  /** Where that address is heard, if elsewhere: an origin. */
  deliverTo: z.url().optional(),
  clientSecret: z.string(),
  /** Instead of what happened in the account. */
  events: z.array(z.record(z.string(), z.unknown())).optional(),
});

export function webhookVerbs(world: SandboxWorld, signal: AbortSignal): ProviderSandbox['control'] {
  return {
    /** Tells the app what happened in an account since it was last told; what was answered with each list. */
    sendWebhooks(input) {
      const { portalId, clientSecret: secret, events, ...where } = sendInput.parse(input);
      const told = events ?? crmOf(world, portalId).untold.splice(0);
      return postEvents(told, { ...where, secret, signal });
    },
  };
}

async function postEvents(
  events: unknown[],
  { url, deliverTo, secret, signal }: { url: string; deliverTo?: string | undefined; secret: string; signal: AbortSignal },
): Promise<Posted[]> {
  const posted: Posted[] = [];
  const { pathname, search, origin } = new URL(url);
  for (let from = 0; from < events.length; from += eventsMax) {
    const part = events.slice(from, from + eventsMax);
    const body = JSON.stringify(part);
    const status = await fetch((deliverTo ?? origin) + pathname + search, {
      method: 'POST',
      headers: signedHeaders(secret, { url, body, atMs: Date.now() }),
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => null,
    );
    posted.push({ events: part.length, status });
  }
  return posted;
}
