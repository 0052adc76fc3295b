import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';
import type { By } from './audit.ts';

export interface MessageTemplate {
  id: string;
  companyId: string;
  name: string;
  channel: 'sms';
  body: string;
  variables: string[];
  /** Counts changes, from 1. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export interface TemplateStore {
  create(
    input: Pick<MessageTemplate, 'companyId' | 'name' | 'channel' | 'body' | 'variables'>,
    audit: By,
  ): Promise<MessageTemplate>;
  find(id: string): Promise<MessageTemplate | null>;
  list(input: PageInput & { companyId: string }): Promise<Page<MessageTemplate>>;
  /** Throws `NotFound`. */
  update(id: string, input: Pick<MessageTemplate, 'body' | 'variables'>, audit: By): Promise<MessageTemplate>;
}

// BODY
export function templateStore(_db: AppDb): TemplateStore {
  throw new Error('The store is not there yet.');
}
