/** Known weaknesses in the packages that we depend on, as the registry knows them. */
import { root } from './paths.mjs';
import { run } from './run.mjs';

const grave = ['critical', 'high'];

/**
 * Answers `{ isSound, sentence }`. A registry that cannot be asked proves nothing against us: that is sound, and said. Whatever is
 * not grave is left to whoever updates the packages.
 */
export async function auditPackages({ env = process.env, timeoutMs = 20_000 } = {}) {
  const args = ['audit', '--json', '--loglevel=silent', '--fetch-retries=0', `--fetch-timeout=${timeoutMs}`];
  const { output } = await run('npm', args, { cwd: root, env, timeoutMs });
  const report = parse(output);
  const counts = report?.metadata?.vulnerabilities;
  if (!counts) return { isSound: true, sentence: 'not checked: the registry did not answer' };
  const found = Object.values(report.vulnerabilities ?? {}).filter(({ severity }) => grave.includes(severity));
  if (found.length === 0)
    return { isSound: true, sentence: `nothing grave known of ${report.metadata.dependencies?.total ?? 'the'} packages` };
  const names = found.map(({ name, severity, range }) => `${name} ${range} (${severity})`);
  return {
    isSound: false,
    sentence: `Grave weaknesses are known: ${names.join(', ')}. See \`npm audit\`, and update what it names.`,
  };
}

function parse(output) {
  try {
    return JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  } catch {
    return undefined;
  }
}
