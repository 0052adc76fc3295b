/** `node sandbox/main.ts`: the sandbox server on `PORT` (4010) and `HOST` (127.0.0.1), until SIGINT or SIGTERM. */
import { startSandbox } from './server.ts';

const sandbox = await startSandbox({ port: Number(process.env['PORT'] ?? 4010), host: process.env['HOST'] ?? '127.0.0.1' });
process.stdout.write(`The sandbox listens at ${sandbox.url}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void sandbox.close().then(() => process.exit(0));
  });
