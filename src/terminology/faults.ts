import type { Fault } from '../report/fault.ts';

/** The faults of terminology/ beside CATALOGUE_INVALID (finding.ts): a file of loinc/ that cannot be used. */

export function tableMissing(file: string): Fault {
  return {
    code: 'TABLE_MISSING',
    cause: `Le fichier « ${file} » manque dans le dossier du catalogue.`,
    hint: 'Rétablir le fichier livré dans loinc/, ou corriger le dossier indiqué dans la configuration.',
    position: file,
  };
}

export function tableInvalid(file: string, line: number, problem: string): Fault {
  return {
    code: 'TABLE_INVALID',
    cause: problem,
    hint: 'Rétablir le fichier livré dans loinc/ ; les colonnes sont décrites dans loinc/README.md.',
    position: `${file}, ligne ${line}`,
  };
}

export function fileTooLarge(file: string, limit: number): Fault {
  return {
    code: 'TABLE_TOO_LARGE',
    cause: `Le fichier « ${file} » dépasse ${Math.round(limit / 1024 / 1024)} Mio.`,
    hint: 'Vérifier que le bon fichier est indiqué ; un catalogue de laboratoire tient dans quelques Mio.',
    position: file,
  };
}
