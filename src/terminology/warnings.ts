import type { Warning } from '../report/report.ts';

/** Every warning of terminology/: a result that leaves, but not quite as the laboratory would wish. */

export function codeUnmapped(
  code: string,
  why: 'unknown' | 'not-valid' | 'not-validated' | 'ambiguous',
): Warning {
  const reasons = {
    unknown: 'absent du catalogue',
    'not-valid': 'sans ligne valide à la date du résultat dans le catalogue',
    'not-validated': 'sans correspondance LOINC validée dans le catalogue',
    ambiguous: 'présent plusieurs fois dans le catalogue pour ce résultat',
  };
  return warning('CODE_UNMAPPED', code, `${reasons[why]} : le résultat part avec son code local.`);
}

export function unitMismatch(code: string, received: string, expected: string): Warning {
  const printed = expected === '' ? 'aucune unité' : `« ${expected} »`;
  const text = `unité reçue « ${received} », le catalogue attend ${printed} : le résultat part sans code LOINC.`;
  return warning('UNIT_MISMATCH', code, text);
}

export function unitUnknown(code: string, unit: string): Warning {
  return warning(
    'UNIT_UNKNOWN',
    code,
    `unité « ${unit} » sans forme UCUM connue : elle est imprimée, pas codée.`,
  );
}

export function scaleMismatch(code: string, loinc: string, scale: string): Warning {
  const text = `le type de la valeur ne va pas avec ${loinc} (échelle ${scale}) : le résultat part sans code LOINC.`;
  return warning('SCALE_MISMATCH', code, text);
}

export function loincRetired(code: string, loinc: string, targets: readonly string[]): Warning {
  const text = `le code LOINC ${loinc} est obsolète (voir ${targets.join(', ')}) : le résultat part sans code LOINC.`;
  return warning('LOINC_RETIRED', code, text);
}

export function loincRetiredInCircuit(code: string, loinc: string, targets: readonly string[]): Warning {
  const text = `le code LOINC ${loinc} est obsolète (voir ${targets.join(', ')}), mais encore au circuit de la biologie : il est émis.`;
  return warning('LOINC_RETIRED', code, text);
}

export function loincDiffers(code: string, sent: string, loinc: string): Warning {
  return warning(
    'LOINC_DIFFERS',
    code,
    `la source envoie ${sent}, le catalogue dit ${loinc} : le catalogue est suivi.`,
  );
}

export function interpretationUnknown(code: string): Warning {
  const text = 'indicateur d’anomalie (OBX-8) hors du jeu de valeurs : il est imprimé en commentaire.';
  return warning('INTERPRETATION_UNKNOWN', code, text);
}

export function organismUnknown(code: string): Warning {
  return warning('ORGANISM_UNMAPPED', code, 'germe absent de organisms.tsv : il est imprimé, pas codé.');
}

function warning(code: string, subject: string, text: string): Warning {
  return { code, text: `${subject} : ${text}` };
}
