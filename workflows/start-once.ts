import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo, type ChildWorkflowOptions, type Workflow } from '@temporalio/workflow';

/** Starts a workflow that outlives this one. Its id is derived, so one that already runs is the one that was wanted. */
export async function startOnce<T extends Workflow>(
  workflow: T,
  options: Required<Pick<ChildWorkflowOptions, 'workflowId' | 'taskQueue' | 'staticSummary'>> & { input: Parameters<T>[0] },
): Promise<void> {
  const { input, ...rest } = options;
  try {
    await startChild<(input: Parameters<T>[0]) => Promise<unknown>>(workflow.name, {
      ...rest,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: workflowInfo().typedSearchAttributes,
      args: [input],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
