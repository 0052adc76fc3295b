import cors from 'cors';
import type { RequestHandler } from 'express';

/** The Temporal UI names its namespace. https://github.com/temporalio/samples-go/blob/main/codec-server/protocol.md */
const allowedHeaders = ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Namespace'];

/**
 * Lets pages of these origins call, besides our own. Never with cookies: who calls shows a key or a token in a header, so a page of
 * anybody else has nothing to abuse. Without a listed origin nothing is answered to a preflight, and the browser refuses.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const answer = cors({
    origin: (origin, decide) => decide(null, origin !== undefined && origins.includes(origin) ? origin : false),
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders,
    exposedHeaders: ['X-Request-Id', 'Retry-After'],
    maxAge: 600,
  });
  return (request, response, next) => {
    response.vary('Origin');
    answer(request, response, next);
  };
}
