import { isUtf8 } from 'node:buffer';
import express, { type RequestHandler } from 'express';
import { ApiError, invalid, type Issue } from './errors.ts';

export const bodyBytesMax = 256 * 1024;
/** Objects and lists inside each other; ours need about ten. */
export const nestingMax = 32;

/** Reads a JSON body: by its type, its size and its depth before it is parsed, and by its names afterwards. */
export const readJsonBody: RequestHandler[] = [
  (request, _response, next) => {
    // `is` answers null when there is no body at all; clients also send none as one of length 0.
    if (request.get('content-length') !== '0' && request.is('application/json') === false)
      throw new ApiError(415, 'unsupported_media_type', 'Send the body as application/json.');
    next();
  },
  express.json({
    limit: bodyBytesMax,
    verify(_request, _response, body, charset) {
      // JSON is UTF-8 (RFC 8259). The parser would put replacement characters for other bytes, and store what nobody sent.
      if (charset !== 'utf-8' || !isUtf8(body)) throw new ApiError(400, 'malformed_body', 'The body is not JSON in UTF-8.');
      if (nestsTooDeep(body))
        throw new ApiError(
          400,
          'malformed_body',
          `The body nests too deep: at most ${nestingMax} objects or lists inside each other.`,
        );
    },
  }),
  (request, _response, next) => {
    const issues = reservedNames(request.body);
    if (issues.length > 0) throw invalid(issues);
    next();
  },
];

/** Counts brackets outside of strings, before any parser or schema is led that deep. */
export function nestsTooDeep(json: Buffer): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (isInString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) isInString = false;
    } else if (byte === quote) isInString = true;
    else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) depth -= 1;
    if (depth > nestingMax) return true;
  }
  return false;
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = Buffer.from('"\\{}[]');

/** Names by which an assignment somewhere would reach the prototype that every object shares. No field of ours is called so. */
const reserved = ['__proto__', 'constructor', 'prototype'];

function reservedNames(value: unknown, path: string[] = []): Issue[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    !Array.isArray(value) && reserved.includes(name)
      ? [{ path: [...path, name].join('.').slice(0, 200), message: 'Is a name that cannot be used here: leave it out.' }]
      : reservedNames(inner, [...path, name]),
  );
}
