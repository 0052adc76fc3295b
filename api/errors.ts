import type { ServerResponse } from 'node:http';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { z } from 'zod';
import { BadCursor, Conflict, DatabaseError, NotFound } from '../db/errors.ts';
import { KeyUnavailable } from '../keys/master-key.ts';
import { workflowSchema, type WorkflowLink } from './links.ts';
import { localsOf } from './locals.ts';

export interface Issue {
  path: string;
  message: string;
}

/** An answer other than success. `message` is a sentence for the caller; it names no secret, phone number or value of the input. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly issues: Issue[] | undefined;
  readonly retryAfterS: number | undefined;
  /** The workflow that refused, or that was asked in vain. */
  readonly workflow: WorkflowLink | undefined;
  /** Whether a 401 counts against the address that it goes to. */
  readonly isFailedSignIn: boolean;
  constructor(
    status: number,
    code: string,
    message: string,
    more: { issues?: Issue[]; retryAfterS?: number; workflow?: WorkflowLink; isFailedSignIn?: boolean } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.issues = more.issues;
    this.retryAfterS = more.retryAfterS;
    this.workflow = more.workflow;
    this.isFailedSignIn = more.isFailedSignIn ?? status === 401;
  }
}

/** Says the same for what does not exist and for what belongs to another company, so that nobody can probe for ids. */
export const notFound = (what: string, path?: string) =>
  new ApiError(404, 'not_found', `No such ${what}.`, path ? { issues: [{ path, message: `No such ${what}.` }] } : {});

export const unauthenticated = (sentence: string) => new ApiError(401, 'unauthenticated', sentence);

export const invalid = (issues: Issue[]) =>
  new ApiError(400, 'invalid_input', 'The request does not fit: see the issues for each field.', { issues });

const issuesMax = 50;

/** One issue for each wrong field. Values never appear: zod's messages name types, patterns and keys only. */
export function issuesOf(error: z.ZodError, prefix: string[] = []): Issue[] {
  return error.issues
    .flatMap((issue) => {
      const path = [...prefix, ...issue.path.map(String)];
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map((key) => ({ path: pathText([...path, key]), message: 'Is not declared here: leave it out.' }));
      return [{ path: pathText(path), message: issue.message }];
    })
    .slice(0, issuesMax);
}

const pathText = (path: string[]) => path.join('.').slice(0, 200);

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().meta({ description: 'Stable, for programs.' }),
      message: z.string().meta({ description: 'A sentence for a person.' }),
      issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      workflow: workflowSchema.optional().meta({ description: 'The workflow that refused, or that was asked in vain.' }),
    }),
  })
  .meta({ id: 'Error' });

export const unknownRoute: RequestHandler = (_request, _response, next) => {
  next(new ApiError(404, 'not_found', 'No such route: see /docs for those that exist.'));
};

/** An answer as it goes over the wire. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string | number>;
  body: string;
}

/** Every error becomes one JSON answer, and what is our fault carries the id that is in the log. */
export function answerTo(error: unknown, response: ServerResponse): HttpAnswer {
  const known = error instanceof ApiError ? error : translate(error);
  const locals = localsOf(response);
  locals.outcome = known?.code ?? 'internal';
  if (!known || known.status >= 500) locals.error = error;
  const { status, code, message, issues, retryAfterS, workflow } =
    known ??
    new ApiError(
      500,
      'internal',
      `Something went wrong on our side. Quote this id when you report it: ${String(response.getHeader('X-Request-Id'))}`,
    );
  const body = JSON.stringify({ error: { code, message, ...(issues && { issues }), ...(workflow && { workflow }) } });
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    ...(retryAfterS !== undefined && { 'Retry-After': retryAfterS }),
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
  };
  return { status, headers, body };
}

/** The last handler of Express. */
export const answerErrors: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const { status, headers, body } = answerTo(error, response);
  if (response.headersSent) response.destroy();
  else response.writeHead(status, headers).end(body);
};

/** Errors of Express, of its body parser and of an unreachable database. */
function translate(error: unknown): ApiError | undefined {
  if (error instanceof NotFound) return new ApiError(404, 'not_found', error.message);
  if (error instanceof BadCursor) return invalid([{ path: 'cursor', message: error.message }]);
  if (error instanceof Conflict) return new ApiError(409, 'conflict', error.message);
  if (error instanceof KeyUnavailable)
    return new ApiError(503, 'key_unavailable', 'A key that this needs cannot be had now: try again shortly.', {
      retryAfterS: 5,
    });
  if (isOutage(error))
    return new ApiError(503, 'database_unavailable', 'The database does not answer: try again shortly.', { retryAfterS: 5 });
  if (error instanceof URIError) return malformedRequest(400);
  const { status, type } = (error ?? {}) as { status?: number; type?: string };
  if (type === 'entity.too.large') return new ApiError(413, 'too_large', 'The body is too large: at most 256 KiB.');
  if (type === 'entity.parse.failed') return new ApiError(400, 'malformed_body', 'The body is not a valid JSON object.');
  if (status === 415) return new ApiError(415, 'unsupported_media_type', 'The body’s charset or encoding is not supported.');
  if (status !== undefined && status >= 400 && status < 500) return malformedRequest(status);
  return undefined;
}

const malformedRequest = (status: number) =>
  new ApiError(status, 'malformed_request', 'The request cannot be read: look at its address and its headers.');

/** Whether a database could not be reached at all, or has no room, as against refusing a statement. */
export function isOutage(error: unknown): boolean {
  const code = error instanceof DatabaseError ? error.code : error instanceof Error ? error.name : '';
  return outageCode.test(code);
}

/** Codes of the socket, of the driver, of the server that stops or has no connection or no room left, and of Sequelize's pool. */
const outageCode =
  /^(E[A-Z]*(CONN|HOST|NET|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN)[A-Z]*|PROTOCOL_\w+|HANDSHAKE_\w+|ER_(SERVER_SHUTDOWN|CON_COUNT_ERROR|ACCESS_DENIED_ERROR|OPTION_PREVENTS_STATEMENT|RECORD_FILE_FULL|DISK_FULL|ERROR_ON_WRITE)|Sequelize(Connection|Host|AccessDenied|InvalidConnection)\w*)$/;
