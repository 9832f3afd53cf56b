import { say } from '../commands/output.ts';
import type { Fault } from '../report/fault.ts';

/** A system error (disk, port, rights), as Node throws it. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string' && 'errno' in error
  );
}

/** What the machine refused, in words: who reads it may have no idea of what ENOENT is. */
export function systemFault({ code = '', path }: NodeJS.ErrnoException, lang: string): Fault {
  const options = { lang };
  const where = path === undefined ? {} : { position: path };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return {
        code: 'FILE_MISSING',
        cause: say(options, 'ce fichier ou ce dossier n’existe pas', 'no such file or folder'),
        hint: say(options, 'vérifier le chemin donné', 'check the path given'),
        ...where,
      };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return {
        code: 'FILE_RIGHTS',
        cause: say(options, 'les droits de ce compte ne le permettent pas', 'this account may not do that'),
        hint: say(
          options,
          'vérifier les droits du fichier et de ses dossiers, et le compte qui lance la commande',
          'check the rights of the file and its folders, and the account that runs the command',
        ),
        ...where,
      };
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        code: 'DISK_FULL',
        cause: say(options, 'le disque est plein', 'the disk is full'),
        hint: say(options, 'faire de la place, puis recommencer', 'make room, then try again'),
        ...where,
      };
    default:
      return {
        code: 'SYSTEM_REFUSED',
        cause: say(options, `le système a refusé (${code})`, `the system refused (${code})`),
        hint: say(
          options,
          'vérifier le disque, le chemin et le réseau',
          'check the disk, the path and the network',
        ),
        ...where,
      };
  }
}
