/** Starts databases, Temporal, sandbox, API and workers, each when what it needs is ready. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCodec } from './codec.mjs';
import { ensureMasterKey, keepOnlyTheDatas } from './master-key.mjs';
import { startMysql } from './mysql.mjs';
import { home, node, root } from './paths.mjs';
import { answers, takePort } from './ports.mjs';
import { mustRun, run } from './run.mjs';
import {
  createHubspotApp,
  createPipedriveApp,
  createSalesforceApp,
  createSenderAccount,
  makeOAuthClient,
  makeSender,
} from './sandbox.mjs';
import { SetupError, say, step } from './say.mjs';
import { findTemporal, startTemporal } from './temporal.mjs';
import { ensureWeb } from './web.mjs';

const developmentFile = join(home, 'dev.json');
const masterKeyFile = join(home, 'master.key');

/** Answers the addresses to show, as `{ name, url }`. */
export async function startEngine(processes, { withSandbox }) {
  const [databases, temporal] = await allOrFirstError([ensureDatabases(processes), ensureTemporal(processes), ensureWeb()]);
  const [apiPort, sandboxPort] = [await takePort('The API', 3_000), withSandbox && (await takePort('The sandbox', 4_010))];
  const workersPort = await takePort('The workers’ metrics', 9_464);
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const sandboxUrl = sandboxPort && `http://127.0.0.1:${sandboxPort}`;
  const sender = withSandbox && keptSender();
  const [hubspot, salesforce, pipedrive] = ['hubspot', 'salesforce', 'pipedrive'].map((key) => withSandbox && keptClient(key));
  // It outlives everything: without it, stored credentials cannot be opened.
  const masterKey = ensureMasterKey(masterKeyFile, process.env);
  const env = {
    ...process.env,
    ...databases,
    ...temporal,
    ...masterKey.env,
    API_PORT: String(apiPort),
    API_HOST: '127.0.0.1',
    WORKER_METRICS_HOST: '127.0.0.1',
    WORKER_METRICS_PORT: String(workersPort),
    PUBLIC_URL: process.env.PUBLIC_URL || apiUrl,
    ...(withSandbox && {
      PROVIDER_BASE_URL_TWILIO: `${sandboxUrl}/twilio`,
      PROVIDER_BASE_URL_HUBSPOT: `${sandboxUrl}/hubspot`,
      OAUTH_CLIENT_ID_HUBSPOT: hubspot.clientId,
      OAUTH_CLIENT_SECRET_HUBSPOT: hubspot.clientSecret,
      PROVIDER_BASE_URL_SALESFORCE: `${sandboxUrl}/salesforce`,
      OAUTH_CLIENT_ID_SALESFORCE: salesforce.clientId,
      OAUTH_CLIENT_SECRET_SALESFORCE: salesforce.clientSecret,
      PROVIDER_BASE_URL_PIPEDRIVE: `${sandboxUrl}/pipedrive`,
      OAUTH_CLIENT_ID_PIPEDRIVE: pipedrive.clientId,
      OAUTH_CLIENT_SECRET_PIPEDRIVE: pipedrive.clientSecret,
      NOTIFY_TWILIO_ACCOUNT_SID: sender.accountSid,
      NOTIFY_TWILIO_AUTH_TOKEN: sender.authToken,
      NOTIFY_TWILIO_FROM: sender.from,
    }),
  };

  const script = (name, ...args) => mustRun(node, [join(root, 'scripts', name), ...args], { cwd: root, env });
  const service = (name, entry) => processes.start({ name, command: node, cwd: root, env, shown: true, restart: true, ...entry });
  await step('Preparing both databases and the Temporal namespace', () =>
    allOrFirstError([script('migrate.ts'), script('search-attributes.ts')]),
  );
  if (masterKey.isNew)
    await keepOnlyTheDatas(masterKeyFile, () => run(node, [join(root, 'scripts/check-master-key.ts')], { cwd: root, env }));
  rememberDevelopment({
    apiUrl,
    sandboxUrl,
    temporalUiUrl: temporal.TEMPORAL_UI_URL,
    temporalAddress: temporal.TEMPORAL_ADDRESS,
    notifyAccountSid: sender?.accountSid,
    sender,
    hubspot,
    salesforce,
    pipedrive,
  });

  say(`  Starting ${withSandbox ? 'the sandbox, ' : ''}the API and the workers`);
  const [seeded] = await allOrFirstError([
    script('seed.ts', '--development', developmentFile),
    withSandbox &&
      service('sandbox', {
        args: ['sandbox/main.ts'],
        env: { ...env, PORT: String(sandboxPort) },
        isUp: () => answers(sandboxPort),
        onReady: async () => {
          await createSenderAccount(sandboxUrl, sender);
          await createHubspotApp(sandboxUrl, hubspot, env.PUBLIC_URL);
          await createSalesforceApp(sandboxUrl, salesforce, env.PUBLIC_URL);
          await createPipedriveApp(sandboxUrl, pipedrive, env.PUBLIC_URL);
        },
      }),
    service('api', { args: ['api/main.ts'], isUp: () => isHealthy(`${apiUrl}/readyz`), graceMs: 30_000 }),
    service('workers', { args: ['workers/main.ts'], readyLine: /workers ready/, graceMs: 30_000 }),
  ]);
  if (seeded.trim()) say(`\n${seeded.trim()}`);
  return [
    { name: 'Console', url: apiUrl },
    { name: 'API', url: apiUrl },
    { name: 'API docs', url: `${apiUrl}/docs` },
    { name: 'Metrics', url: `${apiUrl}/metrics and http://127.0.0.1:${workersPort}/metrics` },
    { name: 'Temporal UI', url: temporal.TEMPORAL_UI_URL },
    ...(withSandbox ? [{ name: 'Sandbox', url: sandboxUrl }] : []),
    { name: 'Data and logs', url: home },
  ];
}

async function ensureDatabases(processes) {
  const { APP_DATABASE_URL, TRAFFIC_DATABASE_URL } = process.env;
  if (APP_DATABASE_URL && TRAFFIC_DATABASE_URL) {
    say('  MySQL: the servers of APP_DATABASE_URL and TRAFFIC_DATABASE_URL');
    return {};
  }
  if (APP_DATABASE_URL || TRAFFIC_DATABASE_URL)
    throw new SetupError(
      'Only one of APP_DATABASE_URL and TRAFFIC_DATABASE_URL is set: set both, or none to have a server of our own.',
    );
  const { url, label } = await startMysql(processes, join(home, 'mysql'));
  say(`  MySQL: ${label}, on ${new URL(url).host}`);
  return { APP_DATABASE_URL: `${url}/linkwright_app`, TRAFFIC_DATABASE_URL: `${url}/linkwright_traffic` };
}

async function ensureTemporal(processes) {
  const { TEMPORAL_ADDRESS, TEMPORAL_UI_URL = 'http://127.0.0.1:8233' } = process.env;
  if (TEMPORAL_ADDRESS) {
    say(`  Temporal: the server of TEMPORAL_ADDRESS (${TEMPORAL_ADDRESS})`);
    return { TEMPORAL_UI_URL };
  }
  const cli = await findTemporal();
  const [port, uiPort] = [await takePort('Temporal', 7_233), await takePort('The Temporal UI', 8_233)];
  const codecPort = await takePort("The Temporal UI's codec", 8_234);
  await startCodec({ port: codecPort, uiPort, target: readKept });
  const codecUrl = `http://127.0.0.1:${codecPort}`;
  await startTemporal(processes, { cli, file: join(home, 'temporal.db'), port, uiPort, codecUrl });
  say(`  Temporal: a development server on 127.0.0.1:${port}`);
  return { TEMPORAL_ADDRESS: `127.0.0.1:${port}`, TEMPORAL_NAMESPACE: 'default', TEMPORAL_UI_URL: `http://127.0.0.1:${uiPort}` };
}

const readKept = () => (existsSync(developmentFile) ? JSON.parse(readFileSync(developmentFile, 'utf8')) : {});
const keptSender = () => readKept().sender ?? makeSender();
const keptClient = (key) => readKept()[key] || makeOAuthClient();

function rememberDevelopment(facts) {
  writeFileSync(developmentFile, JSON.stringify({ ...readKept(), ...facts, sandboxUrl: facts.sandboxUrl || null }, null, 2), {
    mode: 0o600,
  });
  chmodSync(developmentFile, 0o600);
}

async function isHealthy(url) {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Waits for all even when one fails, so that nothing is still starting while the rest is stopped. */
async function allOrFirstError(work) {
  const results = await Promise.allSettled(work);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  return results.map(({ value }) => value);
}
