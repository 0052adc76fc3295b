import { z } from 'zod';
import { optionsFor, optionWords, fallbackWays, type OptionKey } from '../../../domain/message-fallback.ts';
import type { Connection } from '../../../db/app/stores/connections.ts';
import type { Delivery } from '../../../db/app/stores/deliveries.ts';
import { getProvider } from '../../../providers/registry.ts';
import type { Deps } from '../../deps.ts';
import type { Caller } from '../../locals.ts';
import { forEyesOf } from '../../mask.ts';
import { moment } from '../../schemas.ts';

const optionKeys = ['was_sent', 'send_again', ...fallbackWays] as const satisfies readonly OptionKey[];

export const optionSchema = z
  .object({
    key: z.enum(optionKeys),
    sentence: z.string(),
    path: z.string().meta({ description: 'Where the choice is given.' }),
    connections: z
      .array(z.object({ id: z.string(), label: z.string() }))
      .optional()
      .meta({ description: 'By which it may be sent.' }),
  })
  .meta({ id: 'MessageOption' });

export const fallbackSchema = z
  .object({
    id: z.string(),
    how: z.enum(fallbackWays),
    progress: z.enum(['pending', 'done']),
    words: z.string().nullable().meta({ description: 'What was said, or why it was given up; null when it was erased.' }),
    otherMessageId: z.string().nullable().meta({ description: 'The message that was sent instead.' }),
    by: z.string(),
    at: moment,
  })
  .meta({ id: 'MessageFallback' });

/** What a person may do about the message now, each with its sentence. */
export async function optionsOf(deps: Deps, delivery: Delivery): Promise<z.input<typeof optionSchema>[]> {
  const fallback = await deps.stores.messageFallbacks.of(delivery.id);
  const asked = (await deps.stores.tasks.openAbout([delivery.id])).has(delivery.id);
  const keys = optionsFor(delivery.status, { asked, isSettled: fallback?.state === 'done' });
  const others = keys.includes('other_connection') ? await otherSenders(deps, delivery) : [];
  return keys
    .filter((key) => key !== 'other_connection' || others.length > 0)
    .map((key) => ({
      key,
      sentence: optionWords[key],
      path: `/v1/messages/${delivery.id}/${key === 'was_sent' || key === 'send_again' ? 'decide' : 'fall-back'}`,
      ...(key === 'other_connection' && { connections: others.map(({ id, label }) => ({ id, label })) }),
    }));
}

/** The company's other connections that can send now. Whose person is erased can be written to by none. */
export async function otherSenders(deps: Deps, { companyId, connectionId, to }: Delivery): Promise<Connection[]> {
  if (to === '') return [];
  const { items } = await deps.stores.connections.list({ companyId, limit: 100 });
  const sends = ({ id, state, providerKey }: Connection) =>
    id !== connectionId && ['active', 'degraded', 'manual_fallback'].includes(state) && getProvider(providerKey).sendMessage;
  return items.filter(sends);
}

/** What was done instead. Words of people are shown as sentences about failures are. */
export async function fallbackOf(deps: Deps, caller: Caller, { id }: Delivery): Promise<z.input<typeof fallbackSchema> | null> {
  const fallback = await deps.stores.messageFallbacks.of(id);
  if (!fallback) return null;
  const words = await deps.stores.messageFallbacks.words(fallback.id);
  return {
    id: fallback.id,
    how: fallback.how,
    progress: fallback.state,
    words: words === null ? null : forEyesOf(caller)(words),
    otherMessageId: fallback.other?.deliveryId ?? null,
    by: fallback.askedBy,
    at: fallback.doneAt ?? fallback.askedAt,
  };
}
