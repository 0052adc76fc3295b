/** A Temporal server of its own for a test file, with the engine's search attributes registered. */
import { defineSearchAttributeKey, type SearchAttributeType } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { searchAttributes } from '../../domain/workflow-ids.ts';

export interface TemporalOptions {
  /** Events after which the server suggests to continue as new; the server's own 4,096 when absent. */
  continueAsNewAt?: number | undefined;
}

/** A workflow that is deleted goes when these queues have noted how far they are: every half minute of themselves. */
const forgetsSoon = {
  'history.transferProcessorUpdateAckInterval': '1s',
  'history.visibilityProcessorUpdateAckInterval': '1s',
};

/** Call `teardown()` on the answer. It takes about two seconds to start: start one for each file, not for each test. */
export async function startTemporal({ continueAsNewAt }: TemporalOptions = {}): Promise<TestWorkflowEnvironment> {
  const path = process.env.LINKWRIGHT_TEST_TEMPORAL_CLI;
  if (!path) throw new Error('LINKWRIGHT_TEST_TEMPORAL_CLI is not set: run this test with `npm test -- <path>`, which finds it.');
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      log: { format: 'pretty', level: 'error' }, // slow calls while several engines start are no news
      searchAttributes: Object.values(searchAttributes).map(({ name, type }) =>
        defineSearchAttributeKey(name, type as SearchAttributeType),
      ),
      extraArgs: Object.entries({
        ...forgetsSoon,
        ...(continueAsNewAt && { 'limit.historyCount.suggestContinueAsNew': continueAsNewAt }),
      }).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${JSON.stringify(value)}`]),
    },
  });
}
