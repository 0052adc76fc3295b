import type { DeliveryStatus } from '../../../domain/delivery-status.ts';
import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';
import type { By } from './audit.ts';

export interface Delivery {
  id: string;
  companyId: string;
  connectionId: string;
  templateId: string | null;
  variables: Record<string, string>;
  from: string;
  to: string;
  body: string;
  segments: number;
  status: DeliveryStatus;
  externalId: string | null;
  /** The provider's own code. */
  errorCode: string | null;
  /** What went wrong, in words. */
  sentence: string | null;
  attempts: number;
  attemptedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}
export type StatusSource = 'us' | 'callback' | 'lookup' | 'person';
export interface DeliveryMoment {
  status: DeliveryStatus;
  at: Date;
  source: StatusSource;
  errorCode: string | null;
}
export type ClaimAnswer =
  { first: true } | { first: false; status: DeliveryStatus; attemptedAt: Date | null; externalId: string | null };

/** A delivery only moves up (`mayAdvance`), save by `release`. Each move leaves a row of history. Changes throw `NotFound`. */
export interface DeliveryStore {
  create(
    input: Pick<Delivery, 'companyId' | 'connectionId' | 'templateId' | 'variables' | 'from' | 'to' | 'body' | 'segments'>,
    audit: By,
  ): Promise<Delivery>;
  find(id: string): Promise<Delivery | null>;
  list(
    input: PageInput & {
      companyId?: string | undefined;
      connectionId?: string | undefined;
      status?: DeliveryStatus | undefined;
    },
  ): Promise<Page<Delivery>>;
  /** Oldest first. */
  history(id: string): Promise<DeliveryMoment[]>;
  /** Marks the attempt before the request goes out. `first` is false when an earlier attempt may have gone out. */
  claim(id: string): Promise<ClaimAnswer>;
  /** Back to `queued`: the request certainly had no effect, or a person said so of an ambiguous one. */
  release(id: string): Promise<void>;
  /** What the provider answered to the request, or what a look at the provider found. */
  accepted(
    id: string,
    sent: {
      externalId: string;
      status: DeliveryStatus;
      segments: number | null;
      errorCode: string | null;
      source: StatusSource;
      sentence?: string | null | undefined;
    },
  ): Promise<Delivery>;
  advance(
    id: string,
    status: DeliveryStatus,
    input: { source: StatusSource; errorCode?: string | null | undefined; sentence?: string | null | undefined },
  ): Promise<Delivery>;
  /** Those of the provider's ids that belong to a delivery already. */
  claimedExternalIds(connectionId: string, externalIds: string[]): Promise<string[]>;
}

// BODY
export function deliveryStore(_db: AppDb): DeliveryStore {
  throw new Error('The store is not there yet.');
}
