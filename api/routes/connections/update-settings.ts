import { z } from 'zod';
import { getProvider } from '../../../providers/registry.ts';
import { requireAsSeen } from '../../as-seen.ts';
import { checkSettings } from '../../check-provider-input.ts';
import { route } from '../../route.ts';
import { settingsInput } from '../../schemas.ts';
import { connectionDetailSchema, describeConnectionDetail } from './schema.ts';

export const updateSettings = route({
  method: 'patch',
  path: '/connections/:connectionId/settings',
  permission: 'connection.settings',
  summary: 'Change provider-specific settings; keys that are not sent stay, a key sent as null is removed',
  body: z.strictObject({
    settings: settingsInput,
    was: settingsInput.default({}).meta({
      description: 'What stood there when it was changed, null for nothing: 409 where something else stands by now.',
    }),
  }),
  answer: connectionDetailSchema,
  refusals: [409],
  async handle({ deps, found: { connection }, body, caller, audit }) {
    const { settings: stands } = await deps.stores.connections.settings(connection.id);
    const merged = Object.fromEntries(Object.entries({ ...stands, ...body.settings }).filter(([, value]) => value !== null));
    const settings = checkSettings(getProvider(connection.providerKey), merged);
    requireAsSeen({ stands, was: body.was, wanted: settings }, 'settings');
    await deps.stores.connections.saveSettings(connection.id, { settings, seen: { settings: stands } }, audit);
    return describeConnectionDetail(deps, caller, connection);
  },
});
