import { describe, expect, it } from '@jest/globals';
import { searchAttributes, workflowIds } from '../../domain/workflow-ids.ts';

describe('workflow ids', () => {
  it('are derived from what they are about, so that starting twice is harmless', () => {
    expect(workflowIds.onboarding('conn_1')).toBe('onboarding:conn_1');
    expect(workflowIds.connector('conn_1')).toBe('connector:conn_1');
    expect(workflowIds.sync('job_1')).toBe('sync:job_1');
    expect(workflowIds.events('conn_1')).toBe('events:conn_1');
    expect(workflowIds.message('dlv_1')).toBe('message:dlv_1');
    expect(workflowIds.escalation('inc_1')).toBe('escalation:inc_1');
  });

  it('put a job’s runs on demand under the prefix of its Schedule', () => {
    expect(workflowIds.syncOnDemand('job_1', 'request')).toBe('sync:job_1:request');
    expect(workflowIds.syncOnDemand('job_1', 'request').startsWith(workflowIds.sync('job_1'))).toBe(true);
  });

  it('come with search attributes that all carry the product’s name', () => {
    for (const { name } of Object.values(searchAttributes)) expect(name).toMatch(/^Linkwright[A-Z]/);
  });
});
