/** The Temporal command-line program (found, downloaded or built) and its development server. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, findProgram } from './paths.mjs';
import { answers } from './ports.mjs';
import { mustRun, run } from './run.mjs';
import { SetupError, say, step } from './say.mjs';

/** Later tags carry a `replace` directive, which `go install` refuses. */
const goModule = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const cached = join(cache, 'temporal');

/** The path of a program that runs: TEMPORAL_CLI, PATH, the cache, the official download, a build with Go. */
export async function findTemporal() {
  const given = process.env.TEMPORAL_CLI;
  if (given) {
    if (await works(given)) return given;
    throw new SetupError(`TEMPORAL_CLI (${given}) is not a Temporal CLI that runs.`);
  }
  for (const path of [findProgram('temporal'), cached]) if (path && existsSync(path) && (await works(path))) return path;

  mkdirSync(cache, { recursive: true });
  const reason = await step('Downloading the Temporal CLI, once', download).then(
    () => undefined,
    (error) => error.message,
  );
  if (!reason && (await works(cached))) return cached;
  say(`    not possible (${reason ?? 'the downloaded program does not run here'})`);
  if (await hasGo()) {
    await step('Building the Temporal CLI with Go, once; about 6 minutes on 2 cores', build, 15_000);
    if (await works(cached)) return cached;
  }
  throw new SetupError(
    'No Temporal is at hand: no `temporal` on PATH, no download, no Go 1.25 or later, and neither TEMPORAL_ADDRESS nor TEMPORAL_CLI is set.\n' +
      `Get it with: ${process.platform === 'darwin' ? 'brew install temporal' : 'curl -sSf https://temporal.download/cli.sh | sh'}  (then set TEMPORAL_CLI to its path)`,
  );
}

const works = async (path) => (await run(path, ['--version'], { timeoutMs: 20_000 })).code === 0;

/** The same two requests that Temporal's SDKs make: where the archive is, then the archive. */
async function download(progress) {
  const platform = { linux: 'linux', darwin: 'darwin' }[process.platform];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  if (!platform || !arch) throw new Error(`there is none for ${process.platform} on ${process.arch}`);
  const info = await fetch(`https://temporal.download/cli/default?platform=${platform}&arch=${arch}&format=tar.gz`, {
    signal: AbortSignal.timeout(8_000),
  }).then((answer) => answer.json(), whyNot);
  progress('fetching the archive');
  const archive = await fetch(info.archiveUrl, { signal: AbortSignal.timeout(300_000) }).catch(whyNot);
  if (!archive.ok) throw new Error(`the archive answered ${archive.status}`);
  const folder = `${cached}.part-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(join(folder, 'archive.tar.gz'), Buffer.from(await archive.arrayBuffer()));
    await mustRun('tar', ['-xzf', 'archive.tar.gz', info.fileToExtract], { cwd: folder });
    renameSync(join(folder, info.fileToExtract), cached);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function whyNot(error) {
  throw new Error(error.name === 'TimeoutError' ? 'no answer' : (error.cause?.code ?? error.message));
}

async function hasGo() {
  const version = /go(\d+)\.(\d+)/.exec((await run('go', ['version'])).output);
  if (!version) return false;
  const [major, minor] = version.slice(1).map(Number);
  return major > 1 || minor >= 25;
}

async function build(progress) {
  const folder = `${cached}.go-${process.pid}`;
  try {
    await mustRun('go', ['install', '-v', goModule], { env: { ...process.env, GOBIN: folder }, onLine: progress });
    renameSync(join(folder, 'temporal'), cached);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The development server with its web page, which opens sealed payloads at `codecUrl`; its data stays in `file`. */
export async function startTemporal(processes, { cli, file, port, uiPort, codecUrl }) {
  await processes.start({
    name: 'temporal',
    command: cli,
    args: `server start-dev --ip 127.0.0.1 --port ${port} --ui-port ${uiPort} --log-level warn --log-format json`
      .split(' ')
      .concat('--db-filename', file, codecUrl ? ['--ui-codec-endpoint', codecUrl] : []),
    isUp: () => serves(cli, port),
    graceMs: 15_000,
  });
}

/** An open port is not enough: the namespace comes a moment later. */
async function serves(cli, port) {
  if (!(await answers(port))) return false;
  const describe = ['operator', 'namespace', 'describe', '--namespace', 'default', '--address', `127.0.0.1:${port}`];
  return (await run(cli, describe, { timeoutMs: 5_000 })).code === 0;
}
