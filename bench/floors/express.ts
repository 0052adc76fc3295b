/**
 * A program: what a plain Express handler does with a signed webhook. It makes the same check of the same bytes, and then one INSERT
 * for each request, or none when it is given no database.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createPool } from 'mysql2/promise';
import { webhook } from '../../providers/twilio/webhook.ts';
import { answer, programInput } from '../program.ts';

export interface ExpressInput {
  authToken: string;
  /** Where `floor_events` is; `null` for no database at all. */
  databaseUrl: string | null;
  poolMax: number;
}

const { authToken, databaseUrl, poolMax } = await programInput<ExpressInput>();
const pool = databaseUrl && createPool({ uri: databaseUrl, connectionLimit: poolMax });
const sql = `INSERT INTO floor_events (connection_id, company_id, provider_key, source, event_key, dedupe_hash, event_type,
  received_at, received_on, body) VALUES (?, 'comp_floor', 'twilio', 'webhook', ?, ?, ?, NOW(3), CURRENT_DATE(), ?)`;

const app = express();
app.post('/webhooks/:provider/:connectionId', express.raw({ type: () => true, limit: 256 * 1024 }), async (request, response) => {
  const inbound = {
    method: request.method,
    url: `http://${request.headers.host}${request.originalUrl}`,
    headers: request.headers as Record<string, string>,
    body: request.body as Buffer,
  };
  if (!webhook.verify(inbound, { accountSid: '', authToken }, new Date()).ok) {
    response.sendStatus(401);
    return;
  }
  for (const { key, type, data } of webhook.parse(inbound)) {
    const hash = createHash('sha256').update(key).digest();
    if (pool) await pool.query(sql, [request.params['connectionId'], key, hash, type, JSON.stringify(data)]);
  }
  response.status(webhook.reply.status).type(webhook.reply.contentType).send(webhook.reply.body);
});

const server = createServer(app).listen(0, '127.0.0.1');
await once(server, 'listening');
answer({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
