import { route } from '../../route.ts';
import { describeRun, runSchema } from './schema.ts';

export const getRun = route({
  method: 'get',
  path: '/runs/:runId',
  permission: 'run.read',
  summary: 'One sync run with its counts',
  answer: runSchema,
  handle: async ({ deps, caller, found }) => describeRun(deps, caller, found.run),
});
