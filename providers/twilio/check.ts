import { z } from 'zod';
import type { Failure } from '../../domain/failure.ts';
import type { CheckResult } from '../contract.ts';
import { createClient, getJson, type TwilioClient, type TwilioContext } from './client.ts';
import { errorCatalogue } from './errors.ts';

const accountSchema = z.object({ sid: z.string(), friendly_name: z.string(), status: z.string() });
const numbersSchema = z.object({
  incoming_phone_numbers: z.array(
    z.object({
      sid: z.string(),
      friendly_name: z.string(),
      phone_number: z.string(),
      capabilities: z.record(z.string(), z.boolean()),
    }),
  ),
  next_page_uri: z.string().nullish(),
});
const servicesSchema = z.object({
  services: z.array(z.object({ sid: z.string(), friendly_name: z.string() })),
  meta: z.object({ next_page_url: z.string().nullish() }),
});

/** More senders than this many pages of 1,000 is not a company's account. */
const senderPagesMax = 10;

/**
 * The account, its status and its senders. The account is read with the auth token, the senders as every later call will be made,
 * so that each of the credentials is proved.
 * https://www.twilio.com/docs/iam/api/account, https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource,
 * https://www.twilio.com/docs/messaging/api/service-resource
 */
export async function check(context: TwilioContext): Promise<CheckResult> {
  const accountPath = `/2010-04-01/Accounts/${context.credentials.accountSid}`;
  const found = await getJson(createClient(context, { as: 'account' }), `${accountPath}.json`, accountSchema);
  const account = { externalId: found.sid, name: found.friendly_name, status: found.status };
  if (found.status !== 'active') return { account, usable: { ok: false, failure: inactive(found.status) }, reaches: [] };

  const client = createClient(context);
  const numbers = await readPages(client, `${accountPath}/IncomingPhoneNumbers.json?PageSize=1000`, numbersSchema, (page) => [
    page.incoming_phone_numbers.map(({ sid, friendly_name, phone_number, capabilities }) => ({
      kind: 'phone_number',
      externalId: sid,
      label: friendly_name,
      address: phone_number,
      capabilities: Object.keys(capabilities).filter((name) => capabilities[name]),
    })),
    page.next_page_uri,
  ]);
  const services = await readPages(client, 'https://messaging.twilio.com/v1/Services?PageSize=1000', servicesSchema, (page) => [
    page.services.map(({ sid, friendly_name }) => ({
      kind: 'messaging_service',
      externalId: sid,
      label: friendly_name,
      address: sid,
      capabilities: ['sms'],
    })),
    page.meta.next_page_url,
  ]);
  return { account, usable: { ok: true }, reaches: [...numbers, ...services] };
}

/** `suspended` can be settled with Twilio; `closed` is for good. */
function inactive(status: string): Failure {
  if (status !== 'closed') return { ...errorCatalogue['20005']!, effect: 'none' };
  return { code: 'permission_missing', sentence: 'The Twilio account is closed: connect another account.', effect: 'none' };
}

type Reach = CheckResult['reaches'][number];

async function readPages<T>(
  client: TwilioClient,
  firstUri: string,
  schema: z.ZodType<T>,
  read: (page: T) => [reaches: Reach[], next: string | null | undefined],
): Promise<Reach[]> {
  const reaches: Reach[] = [];
  let uri: string | null | undefined = firstUri;
  for (let page = 0; uri && page < senderPagesMax; page += 1) {
    const [found, next] = read(await getJson(client, uri, schema));
    reaches.push(...found);
    uri = next;
  }
  return reaches;
}
