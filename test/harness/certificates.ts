/** Authorities and the certificates that they sign, as PEM files in a folder. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export function certificatesIn(folder: string) {
  const openssl = (args: string) => promisify(execFile)('openssl', args.split(' '), { cwd: folder });
  return {
    /** Of `<name>.pem` or `<name>-key.pem`. */
    pem: (name: string) => readFileSync(join(folder, `${name}.pem`), 'utf8'),
    async makeAuthority(name: string): Promise<void> {
      await openssl(`req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ${name}-key.pem -out ${name}.pem -subj /CN=${name}`);
    },
    /** Signed by the authority named `authority`. */
    async makeCertificate(name: string, hosts: string): Promise<void> {
      writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${hosts}\n`);
      await openssl(`req -newkey rsa:2048 -nodes -keyout ${name}-key.pem -out ${name}.csr -subj /CN=${name}`);
      await openssl(
        `x509 -req -in ${name}.csr -CA authority.pem -CAkey authority-key.pem -CAcreateserial -days 2 -extfile ${name}.ext -out ${name}.pem`,
      );
    },
  };
}
