import { DefaultFailureConverter } from '@temporalio/common';

/** Messages and stacks travel in a payload of their own, which the codec seals; Temporal itself sees "Encoded failure". */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
