import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { resolve } from 'node:path';

const { takePort } = (await import(resolve(import.meta.dirname, '../../scripts/setup/ports.mjs'))) as {
  takePort(name: string, wanted?: number): Promise<number>;
};

let holder: Server | undefined;
afterEach(() => {
  holder?.close();
  jest.restoreAllMocks();
});

/** A port that somebody else listens on. */
async function takenPort(): Promise<number> {
  holder = createServer();
  await new Promise<void>((listening) => holder!.listen(0, '127.0.0.1', listening));
  return (holder.address() as AddressInfo).port;
}

describe('a port that npm start wants', () => {
  it('is moved away from when it is taken, and that is said', async () => {
    const said = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const wanted = await takenPort();
    const given = await takePort('The API', wanted);
    expect(given).toBeGreaterThan(wanted);
    expect(said).toHaveBeenCalledWith(`  Port ${wanted} is taken by something else: The API goes to ${given}.\n`);
  });

  it('is given out once only, even before anything listens on it', async () => {
    const first = await takePort('One');
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(await takePort('Another', first)).not.toBe(first);
  });
});
