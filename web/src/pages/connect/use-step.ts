import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, Problem, type Schemas } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import { progressKey, type Progress, type Step } from './use-progress.ts';

type Bodies = {
  access: { credentials?: { kind: string; values: Record<string, string> } };
  records: undefined;
  mapping: undefined;
  test_run: undefined;
  baseline: { nextAction: string; explanation: string };
  launch: undefined;
};
type Answer = Promise<Schemas['StepAnswer']>;

const path = (connectionId: string) => ({ params: { path: { connectionId } } });
const send: { [Each in Step]: (connectionId: string, body: Bodies[Each]) => Answer } = {
  access: (id, body) => answerOf(api.POST('/v1/connections/{connectionId}/onboarding/access', { ...path(id), body })),
  records: (id) => answerOf(api.POST('/v1/connections/{connectionId}/onboarding/records', path(id))),
  mapping: (id) =>
    answerOf(api.POST('/v1/connections/{connectionId}/onboarding/mapping', { ...path(id), body: { mappings: [] } })),
  test_run: (id) => answerOf(api.POST('/v1/connections/{connectionId}/onboarding/test-run', path(id))),
  baseline: (id, body) => answerOf(api.POST('/v1/connections/{connectionId}/onboarding/baseline', { ...path(id), body })),
  launch: (id) => answerOf(api.POST('/v1/connections/{connectionId}/onboarding/launch', path(id))),
};

/** Confirms a step. Somebody else may have been quicker, and the workflow may take longer than an answer may: both are told. */
export function useStep<Each extends Step>(connectionId: string, step: Each) {
  const client = useQueryClient();
  const queryKey = progressKey(connectionId);
  return useMutation({
    mutationFn: (body: Bodies[Each]) => send[step](connectionId, body),
    async onSuccess({ verdict }) {
      await client.invalidateQueries({ queryKey });
      if (verdict === 'already') tellAlready(client.getQueryData<Progress>(queryKey), step);
    },
    onError(error) {
      void client.invalidateQueries({ queryKey });
      if (isNotYet(error)) notifications.show({ title: words.connect.setup.notYetTitle, message: words.connect.setup.notYet });
    },
  });
}

/** The workflow goes on, and the page will show how it ends. */
export const isNotYet = (error: unknown) => error instanceof Problem && error.status === 504;

function tellAlready(progress: Progress | undefined, step: Step): void {
  const by = progress?.confirmed.find((entry) => entry.step === step)?.by;
  const name = nameOf(progress, by);
  notifications.show({ title: words.connect.setup.alreadyTitle, message: words.connect.setup.already(name) });
}

export const nameOf = (progress: Progress | undefined, id: string | undefined) =>
  (id && progress?.names[id]) || words.connect.setup.somebody;
