import { z } from 'zod';
import { apiVersion, getJson, type SalesforceContext } from './client.ts';
import { SalesforceApiError } from './errors.ts';

/** https://developer.salesforce.com/docs/atlas.en-us.chatterapi.meta/chatterapi/connect_responses_organization.htm */
const organisationSchema = z.object({
  features: z.object({
    multiCurrency: z.boolean(),
    defaultCurrencyIsoCode: z.string().nullish(),
  }),
});

/** In place of one currency's code: records have their own. */
export const perRecord = 'each';

/**
 * The org's currency, or `perRecord` where opportunities have one of their own. Only then do they have the field CurrencyIsoCode: a query
 * that names it is refused in any other org. `null`: it cannot be told.
 */
export async function currencyOf(context: SalesforceContext, signal?: AbortSignal): Promise<string | null> {
  try {
    const path = `/services/data/${apiVersion}/connect/organization`;
    const { features } = await getJson(context, path, organisationSchema, { signal });
    return features.multiCurrency ? perRecord : (features.defaultCurrencyIsoCode ?? null);
  } catch (error) {
    // An org may have this part of the API turned off; amounts are still amounts.
    if (error instanceof SalesforceApiError && error.code === 'FUNCTIONALITY_NOT_ENABLED') return null;
    throw error;
  }
}
