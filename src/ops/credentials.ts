import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { Fault } from '../report/fault.ts';

/**
 * Reads a secret or a certificate.
 * @param reference a file path, or `credential:NAME` for a systemd credential (LoadCredential=)
 * @param base folder that relative paths start from
 * @returns the bytes, or a fault that says in French what is wrong; a private key readable by others is refused
 */
export function readCredential(
  reference: string,
  base: string,
  options: { secret: boolean },
): Buffer | Fault {
  const path = credentialPath(reference, base);
  if (path === undefined) {
    return {
      code: 'CREDENTIAL_NO_SYSTEMD',
      cause: `« ${reference} » est un identifiant systemd, mais le service n'a pas de CREDENTIALS_DIRECTORY`,
      hint: 'lancer par systemd avec LoadCredential=, ou donner un chemin de fichier',
    };
  }
  try {
    // systemd mounts credentials itself, readable by the unit only.
    if (options.secret && !reference.startsWith('credential:') && (statSync(path).mode & 0o077) !== 0) {
      return {
        code: 'CREDENTIAL_MODE',
        cause: `le fichier secret ${path} est lisible par d'autres que son propriétaire`,
        hint: `chmod 600 ${path}`,
      };
    }
    return readFileSync(path);
  } catch (error) {
    return {
      code: 'CREDENTIAL_UNREADABLE',
      cause: `le fichier ${path} ne peut pas être lu (${(error as NodeJS.ErrnoException).code})`,
      hint: 'vérifier le chemin et les droits du compte du service',
    };
  }
}

function credentialPath(reference: string, base: string): string | undefined {
  if (!reference.startsWith('credential:'))
    return isAbsolute(reference) ? reference : resolve(base, reference);
  const folder = process.env.CREDENTIALS_DIRECTORY;
  return folder && join(folder, reference.slice('credential:'.length));
}
