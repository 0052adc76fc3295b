import { z } from 'zod';
import { permissions, type Permission } from '../domain/permissions.ts';
import type { Deps } from './deps.ts';
import type { Caller } from './locals.ts';
import { subjects, type SubjectName, type SubjectRow } from './subjects.ts';

type ParamNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;
type SubjectWord<Name> = Name extends `${infer Word}${'Id' | 'Key'}` ? Word : never;

/** The rows that the path names: `/connections/:connectionId` gives `found.connection`, known to be the caller's to see. */
export type Found<Path extends string> = {
  [Name in ParamNames<Path> & SubjectName as SubjectWord<Name>]: SubjectRow<Name>;
};

export interface Call<Path extends string, Query, Body> {
  deps: Deps;
  caller: Caller;
  found: Found<Path>;
  query: Query;
  body: Body;
  /** Who acts and from where, as the stores write it into the audit log. */
  audit: { actor: string; from: string | null };
  /** The request that an `Idempotency-Key` names. */
  request: NamedRequest | null;
  /** Aborts when the caller has gone away. */
  gone: AbortSignal;
}

export interface NamedRequest {
  /** No other caller, route or key has it. */
  name: string;
  /** It was made before, and nobody knows what came of it: whoever carries it out looks for that first. */
  isRepeated: boolean;
}

interface RouteDefinition<Path extends string, Query extends z.ZodType, Body extends z.ZodType, Answer extends z.ZodType> {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** Under `/v1`; every parameter is one of `subjects`. */
  path: Path;
  permission: Permission;
  summary: string;
  /** Strict objects, all the way down: what is not declared is refused with its path. Absent: nothing may be sent. */
  query?: Query;
  body?: Body;
  /** Status on success; 200 when absent. */
  status?: 200 | 201 | 202;
  /** Also the allow-list: what a store gives beyond it never leaves. */
  answer: Answer;
  /** A creating call, which honours `Idempotency-Key`. */
  idempotent?: true;
  /** Changes nothing, though it takes more than an address holds: the audit log does not tell of it. */
  reads?: true;
  /** Answers NDJSON, a line for each item that `handle` gives; `answer` is the schema of a line. */
  lines?: true;
  /** Answers server-sent events, one for each item that `handle` gives, `null` for a beat; `answer` is the schema of an event. */
  events?: true;
  /** A workflow carries it out, so that it is kept as asked before the workflow hears of it. */
  command?: true;
  /** Statuses other than 2xx that this route answers beyond the general ones. */
  refusals?: number[];
  handle(call: Call<Path, z.output<Query>, z.output<Body>>): Promise<z.input<Answer> | AsyncIterable<z.input<Answer> | null>>;
}

/** A route of the table, its types erased. */
export interface Route extends Omit<RouteDefinition<string, z.ZodType, z.ZodType, z.ZodType>, 'handle'> {
  query: z.ZodType;
  body: z.ZodType;
  status: 200 | 201 | 202;
  subjects: SubjectName[];
  handle(call: any): Promise<unknown>;
}

const nothing = z.strictObject({});

export function route<
  Path extends string,
  Answer extends z.ZodType,
  Query extends z.ZodType = typeof nothing,
  Body extends z.ZodType = typeof nothing,
>(definition: RouteDefinition<Path, Query, Body, Answer>): Route {
  return {
    ...definition,
    query: definition.query ?? nothing,
    body: definition.body ?? nothing,
    status: definition.status ?? 200,
    subjects: paramsOf(definition.path) as SubjectName[],
  };
}

const paramsOf = (path: string) => [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!);

/** Refuses to start with a route that nobody guards, or that takes what it does not declare. */
export function checkRoutes(routes: Route[]): void {
  const seen = new Set<string>();
  for (const entry of routes) {
    const name = `${entry.method.toUpperCase()} ${entry.path}`;
    if (seen.has(name)) throw new Error(`The route ${name} stands in the table twice.`);
    seen.add(name);
    if (!Object.hasOwn(permissions, entry.permission ?? '')) throw new Error(`The route ${name} names no known permission.`);
    for (const param of entry.subjects)
      if (!Object.hasOwn(subjects, param))
        throw new Error(`The route ${name} has the parameter :${param}, which has no subject.`);
    for (const part of ['query', 'body'] as const) {
      const open = openObject(entry[part], part);
      if (open) throw new Error(`The route ${name} takes undeclared input at ${open}: use z.strictObject.`);
    }
  }
}

/** The path of the first object in a schema that would let undeclared keys through. */
function openObject(schema: unknown, path: string): string | undefined {
  if (schema instanceof z.ZodObject) {
    if (!(schema.def.catchall instanceof z.ZodNever)) return path;
    return first(Object.entries(schema.shape), ([key, value]) => openObject(value, `${path}.${key}`));
  }
  if (schema instanceof z.ZodArray) return openObject(schema.element, `${path}[]`);
  if (schema instanceof z.ZodRecord) return openObject(schema.valueType, `${path}.*`);
  if (schema instanceof z.ZodUnion) return first(schema.options, (option) => openObject(option, path));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return openObject(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return openObject(schema.in, path);
  return undefined;
}

function first<Item>(items: readonly Item[], find: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return undefined;
}
