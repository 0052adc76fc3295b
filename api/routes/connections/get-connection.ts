import { route } from '../../route.ts';
import { connectionDetailSchema, describeConnectionDetail } from './schema.ts';

export const getConnection = route({
  method: 'get',
  path: '/connections/:connectionId',
  permission: 'connection.read',
  summary: 'One connection with its state in words, its next action, its freshness and its workflow',
  answer: connectionDetailSchema,
  handle: ({ deps, found, caller }) => describeConnectionDetail(deps, caller, found.connection),
});
