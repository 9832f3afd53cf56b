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

export function workbookUnreadable(file: string, problem: string): Fault {
  return {
    code: 'WORKBOOK_UNREADABLE',
    cause: `Le classeur « ${file} » ne peut être lu : ${problem}.`,
    hint: 'Enregistrer le fichier au format .xlsx (Office Open XML), sans mot de passe, puis recommencer.',
    position: file,
  };
}

/** @param expected what the format asks for, French */
export function importUnrecognised(file: string, expected: string): Fault {
  return {
    code: 'IMPORT_UNRECOGNISED',
    cause: `Le fichier « ${file} » n’est pas reconnu : ${expected}.`,
    hint: 'Vérifier le fichier et le format indiqué par --from ; rien n’a été modifié.',
    position: file,
  };
}

export function conceptsMissing(file: string): Fault {
  return {
    code: 'OMOP_CONCEPTS_MISSING',
    cause: `Le fichier « ${file} » désigne ses cibles par des identifiants OMOP, pas par des codes LOINC.`,
    hint: 'Ajouter --concepts CONCEPT.csv, tiré du vocabulaire LOINC d’OMOP (Athena) de la même version.',
    position: file,
  };
}

export function versionConflict(file: string): Fault {
  return {
    code: 'CATALOGUE_BUSY',
    cause: `Une autre commande modifie « ${file} » en ce moment.`,
    hint: 'Recommencer : la nouvelle modification partira de la version qui vient d’être activée.',
    position: file,
  };
}

export function versionUnknown(file: string, version: number): Fault {
  return {
    code: 'VERSION_UNKNOWN',
    cause: `« ${file} » n’a pas de version ${version}.`,
    hint: 'Voir les versions gardées : crbio catalogue history.',
    position: file,
  };
}
