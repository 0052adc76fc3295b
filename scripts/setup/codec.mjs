/**
 * Lets the development server's web page show what histories hold. That page has no sign-in and so no key to send; this passes its
 * requests on to the API's decode endpoint with the demonstration's admin key, which stays here. On this machine only, and for that
 * page's origin only: another page of the browser gets nothing.
 */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** `target()` answers `{ apiUrl, adminKey }` as they are now. Answers the server. */
export async function startCodec({ port, uiPort, target }) {
  const origins = [`http://127.0.0.1:${uiPort}`, `http://localhost:${uiPort}`];
  const server = createServer((request, response) => {
    pass(request, response, { origins, target }).catch(() => response.writeHead(502).end());
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function pass(request, response, { origins, target }) {
  const { origin } = request.headers;
  if (!origins.includes(origin)) return response.writeHead(403).end();
  const headers = {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Headers': 'Content-Type, X-Namespace',
    Vary: 'Origin',
  };
  if (request.method === 'OPTIONS') return response.writeHead(204, headers).end();
  if (request.method !== 'POST' || request.url !== '/decode') return response.writeHead(404, headers).end();
  const { apiUrl, adminKey } = target();
  const answer = await fetch(`${apiUrl}/v1/temporal/codec/decode`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' },
    body: await text(request),
    signal: AbortSignal.timeout(10_000),
  });
  response.writeHead(answer.status, { ...headers, 'Content-Type': 'application/json' }).end(await answer.text());
}
