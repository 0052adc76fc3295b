import type { AuditEntry } from '../db/app/stores/audit.ts';
import { Conflict } from '../db/errors.ts';
import type { Deps } from './deps.ts';
import { ApiError } from './errors.ts';
import type { Locals } from './locals.ts';
import type { Route } from './route.ts';

type Told = Pick<AuditEntry, 'outcome' | 'detail'>;

/** Keeps that a request came, under its permission's name, in the chain of the company that it concerns. */
export function auditRequest(deps: Deps, route: Route, { caller, ids, companyId }: Locals, told: Told): Promise<void> {
  return deps.stores.audit.append({
    companyId,
    actor: caller.actor,
    action: route.permission,
    subject: Object.values(ids).at(-1) ?? route.path,
    from: caller.from,
    ...told,
    detail: { method: route.method, route: route.path, ...told.detail },
  });
}

/** What was sound and was not done: a person should find later that somebody wanted it. */
export function isRefusal(error: unknown): error is ApiError | Conflict {
  return error instanceof Conflict || (error instanceof ApiError && [403, 404, 409, 422].includes(error.status));
}
