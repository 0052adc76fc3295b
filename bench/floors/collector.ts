/** A program: takes traces as a collector does, and throws them away. https://opentelemetry.io/docs/specs/otlp/#otlphttp */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, programInput } from '../program.ts';

await programInput<object>();
const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}'));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
answer({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
