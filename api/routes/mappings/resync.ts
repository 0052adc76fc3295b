import { getProvider } from '../../../providers/registry.ts';
import { syncNowUpdate } from '../../../workflows/messages.ts';
import { commandConnection } from '../../commands.ts';
import { invalid } from '../../errors.ts';
import { requireLaunched } from '../../remap.ts';
import { route } from '../../route.ts';
import { verdictSchema } from '../../schemas.ts';

export const resync = route({
  method: 'post',
  path: '/connections/:connectionId/mappings/:objectKey/resync',
  permission: 'mapping.write',
  summary: 'Read all records of the object again from the provider, by the version in force',
  command: true,
  answer: verdictSchema,
  refusals: [409, 503, 504],
  async handle({ deps, found: { connection, object }, caller, audit }) {
    requireLaunched(connection);
    const [stream] = Object.entries(getProvider(connection.providerKey).streams).find(([, one]) => one.object === object) ?? [];
    if (stream === undefined) throw invalid([{ path: 'object', message: 'No stream of this provider gives it.' }]);
    // First the place, then the run: when the run is not taken now, the next scheduled one reads from the start.
    await deps.stores.jobs.restart(connection.id, object, audit);
    return commandConnection(deps, connection, 'syncNow', syncNowUpdate, { by: caller.actor, stream }, audit);
  },
});
