/** Small servers that speak as the far ends of notices do: an HTTP address that takes JSON, and a mail server. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Posted {
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HookServer {
  url: string;
  posts: Posted[];
  /** How the next requests are answered, one each; then 200. `reset` breaks the connection after the request was read. */
  answers: (number | 'reset' | { status: number; headers: Record<string, string> })[];
  close(): Promise<void>;
}

export async function startHooks(): Promise<HookServer> {
  const posts: Posted[] = [];
  const answers: HookServer['answers'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      posts.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      const answer = answers.shift() ?? 200;
      if (answer === 'reset') request.socket.destroy();
      else if (typeof answer === 'number') response.writeHead(answer).end('ok');
      else response.writeHead(answer.status, answer.headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/secret`,
    posts,
    answers,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface MailServer {
  port: number;
  /** Whole messages, as they came. */
  mails: string[];
  /** Refusals of the next recipients, one each: an SMTP code. */
  refusals: number[];
  close(): Promise<void>;
}

export async function startMail(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: string[] = [];
  const refusals: number[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'user' && password === 'password' ? done(null, { user: username }) : done(new Error('wrong password')),
    onRcptTo: (_address, _session, done) => {
      const responseCode = refusals.shift();
      done(responseCode === undefined ? null : Object.assign(new Error('refused'), { responseCode }));
    },
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString());
        done();
      });
    },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return { port, mails, refusals, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
