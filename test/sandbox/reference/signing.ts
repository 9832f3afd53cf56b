/** Signatures made and verified by xmlsec1 and libxml2: a third implementation, neither ours nor the sandbox's. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyFiles {
  readonly certificate: string;
  readonly key: string;
}

const ID_ATTRIBUTES = [
  ['--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:assertion:Assertion'],
  ['--id-attr:Id', 'http://www.w3.org/2000/09/xmldsig#:Manifest'],
  ['--id-attr:Id', 'http://uri.etsi.org/01903/v1.1.1#:SignedProperties'],
].flat();

function withFolder<Result>(run: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'reference-'));
  try {
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Fills the digests, SignatureValue and X509Data of a template. The manifest's own digests are left as written. */
export function sign(template: string, key: KeyFiles): string {
  return withFolder((folder) => {
    const [input, output] = [join(folder, 'in.xml'), join(folder, 'out.xml')];
    writeFileSync(input, template);
    const arguments_ = [
      '--sign',
      '--ignore-manifests',
      '--privkey-pem',
      `${key.key},${key.certificate}`,
      ...ID_ATTRIBUTES,
    ];
    execFileSync('xmlsec1', [...arguments_, '--output', output, input], { stdio: 'pipe' });
    return readFileSync(output, 'utf8')
      .replace(/^<\?xml[^>]*\?>\s*/, '')
      .trimEnd();
  });
}

/** Whether xmlsec1 finds the signature good, with a chain to the root. @param authority PEM: issuing authority, then root */
export function verifies(signed: string, authority: string): boolean {
  return withFolder((folder) => {
    const input = join(folder, 'in.xml');
    writeFileSync(input, signed);
    const [issuing = '', root = ''] = readFileSync(authority, 'utf8').split(
      /(?<=-----END CERTIFICATE-----\r?\n)/,
    );
    const files = { issuing: join(folder, 'issuing.pem'), root: join(folder, 'root.pem') };
    writeFileSync(files.issuing, issuing);
    writeFileSync(files.root, root);
    const chain = ['--trusted-pem', files.root, '--untrusted-pem', files.issuing];
    try {
      execFileSync('xmlsec1', ['--verify', '--ignore-manifests', ...chain, ...ID_ATTRIBUTES, input], {
        stdio: 'pipe',
      });
      return true;
    } catch {
      return false;
    }
  });
}

/** Canonical XML 1.0 with comments, by libxml2. */
export function canonicalForm(xml: string): Buffer {
  return execFileSync('xmllint', ['--c14n', '-'], { input: xml, maxBuffer: 1 << 28 });
}

/** The key files of a certificate made during a test. */
export function keyFiles(
  folder: string,
  name: string,
  credential: { certificate: string; key: string },
): KeyFiles {
  const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  writeFileSync(files.certificate, credential.certificate);
  writeFileSync(files.key, credential.key);
  return files;
}
