import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MalformedWebhook, type InboundRequest, type Webhook } from './contract.ts';
import type { Suite } from './contract.suite.ts';

export function describeWebhooks({ provider, fixture }: Suite, webhook: Webhook): void {
  describe('its webhooks', () => {
    const credentials = () => Object.values(fixture().credentials)[0]!.accepted;
    const verify = (request: InboundRequest) => webhook.verify(request, credentials(), new Date());
    const known = () => fixture().webhook!;

    it('are accepted as they were signed', () => {
      for (const request of known().requests) expect(verify(request)).toEqual({ ok: true });
    });

    it('are refused without a signature, with another’s, and when body or URL was changed on the way', () => {
      const mismatch = { ok: false, reason: 'mismatch' };
      expect(verify(known().foreign)).toEqual(mismatch);
      const { rewritten } = known();
      if (rewritten) expect(verify(rewritten)).toEqual(mismatch);
      for (const request of known().requests) {
        expect(verify({ ...request, headers: { ...request.headers, [known().signatureHeader]: undefined } })).toEqual({
          ok: false,
          reason: 'missing',
        });
        expect(verify({ ...request, headers: { ...request.headers, [known().signatureHeader]: 'x' } })).toEqual(mismatch);
        if (!rewritten) continue;
        expect(verify({ ...request, url: request.url.replace('://', '://not-') })).toEqual(mismatch);
        for (const at of [0, Math.floor(request.body.length / 2), request.body.length - 1]) {
          const body = Buffer.from(request.body);
          body[at] = body[at] === 0x41 ? 0x42 : 0x41;
          expect(verify({ ...request, body })).toEqual(mismatch);
        }
      }
    });

    it('give every event one key, the same each time', () => {
      const keys = known().requests.flatMap((request) => webhook.parse(request).map(({ key }) => key));
      expect(keys).toEqual(known().requests.flatMap((request) => webhook.parse(request).map(({ key }) => key)));
      expect(new Set(keys).size).toBe(keys.length);
      for (const key of keys) expect(key).toMatch(/^[\x21-\x7e]{1,190}$/);
    });

    it('survive any body: verify answers, and parse gives events or says what is malformed', () => {
      const [request] = known().requests;
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...webhook.contentTypes), (bytes, contentType) => {
          const mangled = {
            ...request!,
            body: Buffer.from(bytes),
            headers: { ...request!.headers, 'content-type': contentType },
          };
          expect(verify(mangled).ok).toBe(!known().rewritten);
          try {
            webhook.parse(mangled);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedWebhook);
          }
        }),
        { numRuns: 300 },
      );
    });

    it('become events in our words, and no stored event whatever makes normalize throw', () => {
      const events = known().requests.flatMap((request) => webhook.parse(request));
      expect(
        events.flatMap((event) => provider.normalize({ ...event, occurredAt: '2026-01-02T03:04:05.000Z' })).length,
      ).toBeGreaterThanOrEqual(events.length);
      const types = fc.constantFrom(...new Set(events.map(({ type }) => type)), 'unknown');
      const data = fc.dictionary(
        fc.oneof(fc.constantFrom(...events.flatMap((event) => Object.keys(event.data))), fc.string()),
        fc.anything(),
      );
      fc.assert(
        fc.property(types, data, (type, values) => {
          const event = { type, occurredAt: null, data: values };
          expect(Array.isArray(provider.normalize(event))).toBe(true);
          for (const told of Object.values(provider.asRecord?.(event) ?? {})) expect(told).toEqual(expect.any(String));
        }),
      );
    });
  });
}
