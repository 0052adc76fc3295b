import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';
import type { By } from './audit.ts';

export interface AdminTask {
  id: string;
  companyId: string;
  connectionId: string | null;
  cause: string;
  /** The id of what the task is about. */
  subject: string;
  sentence: string;
  repeats: number;
  openedAt: Date;
  completedAt: Date | null;
  completedBy: string | null;
  note: string | null;
}

export interface TaskStore {
  /** One open task for each company, cause and subject: a repeat counts and takes the new sentence. */
  open(input: Pick<AdminTask, 'companyId' | 'connectionId' | 'cause' | 'subject' | 'sentence'>): Promise<{ id: string }>;
  find(id: string): Promise<AdminTask | null>;
  list(input: PageInput & { companyId?: string | undefined; open?: boolean | undefined }): Promise<Page<AdminTask>>;
  /** Repeatable: the first completion stands. Throws `NotFound`. */
  complete(id: string, note: string, audit: By): Promise<AdminTask>;
  /** Completes whatever is open about `subject`. */
  completeBySubject(subject: string, note: string, actor: string): Promise<void>;
}

// BODY
export function taskStore(_db: AppDb): TaskStore {
  throw new Error('The store is not there yet.');
}
