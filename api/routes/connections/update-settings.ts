import { z } from 'zod';
import { getProvider } from '../../../providers/registry.ts';
import { checkSettings } from '../../check-provider-input.ts';
import { route } from '../../route.ts';
import { settingsInput } from '../../schemas.ts';
import { connectionDetailSchema, describeConnectionDetail } from './schema.ts';

export const updateSettings = route({
  method: 'patch',
  path: '/connections/:connectionId/settings',
  permission: 'connection.settings',
  summary: 'Change provider-specific settings; keys that are not sent stay, a key sent as null is removed',
  body: z.strictObject({ settings: settingsInput }),
  answer: connectionDetailSchema,
  async handle({ deps, found: { connection }, body, caller, audit }) {
    const before = await deps.stores.connections.settings(connection.id);
    const merged = Object.fromEntries(
      Object.entries({ ...before.settings, ...body.settings }).filter(([, value]) => value !== null),
    );
    const settings = checkSettings(getProvider(connection.providerKey), merged);
    await deps.stores.connections.saveSettings(connection.id, { settings }, audit);
    return describeConnectionDetail(deps, caller, connection);
  },
});
