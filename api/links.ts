import { z } from 'zod';
import type { Deps } from './deps.ts';

export const workflowSchema = z
  .object({ id: z.string(), url: z.url().meta({ description: 'The workflow in the Temporal UI.' }) })
  .meta({ id: 'WorkflowLink' });

/** A workflow's id and where ops see it. Without a run id the Temporal UI shows the newest run. */
export function workflowLink(deps: Pick<Deps, 'temporal' | 'temporalUiUrl'>, id: string) {
  const namespace = encodeURIComponent(deps.temporal.options.namespace);
  return { id, url: `${deps.temporalUiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(id)}` };
}
