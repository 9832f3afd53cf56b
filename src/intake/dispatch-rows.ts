import type { DispatchFlags } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { ReadingContext } from './context.ts';
import { fault } from './faults.ts';
import type { Segment } from './hl7.ts';
import type { ObservationGroup } from './message-groups.ts';

type Flag = Exclude<keyof DispatchFlags, 'patientMayNotReply'>;

/** Codes of table MetaDMPMSS in every version of the CI-SIS volet (inputs.md §7). */
const FLAGS: Readonly<Record<string, Flag>> = {
  MASQUE_PS: 'masquePs',
  INVISIBLE_PATIENT: 'invisiblePatient',
  INVISIBLE_REP_LEGAUX: 'invisibleRepLegaux',
  INVISIBLE_REPRESENTANTS_LEGAUX: 'invisibleRepLegaux',
  CONNEXION_SECRETE: 'connexionSecrete',
  DESTDMP: 'destDmp',
  DESTMSSANTEPS: 'destMssantePs',
  DESTMSSANTEPAT: 'destMssantePat',
};

/** Rows of the table that ask nothing of us here. */
const OTHERS = [
  'MODIF_CONF_CODE',
  'MODIF_CONFIDENTIALITYCODE',
  'ACK_RECEPTION',
  'ACK_LECTURE',
  'ACK_LECTURE_MSS',
  'COMP_LOT',
  'CORPSMAIL_PS',
  'CORPSMAIL_PATIENT',
];

/** Acknowledgements, texts of mails and lots, under whatever name: none of them hides anything. */
const asksNothing = (code: string): boolean => OTHERS.includes(code) || /^(?:ACK|CORPSMAIL|COMP)_/.test(code);

/** Where the stricter of two contradictory orders is to send nothing. */
const DESTINATIONS: readonly Flag[] = ['destDmp', 'destMssantePs', 'destMssantePat'];

/** Is this row an order about sending, and not a result? Version 1.2 names no coding system. */
export function isDispatchRow(obx: Segment): boolean {
  const code = obx.text(3).toUpperCase();
  return obx.text(3, 3).toUpperCase() === 'METADMPMSS' || code in FLAGS || OTHERS.includes(code);
}

/**
 * Reads the orders of a discrete message about who may see the report.
 * @returns a fault when the source may not give such orders, or one is neither Y nor N: nothing may leave unmasked by
 * an order we did not understand
 */
export function readDispatchRows(
  rows: readonly ObservationGroup[],
  context: ReadingContext,
): DispatchFlags | Fault {
  const [first] = rows;
  if (!first) return {};
  if (!context.profile.metaDmpMss) return fault('META_NOT_ALLOWED', context.at(first.obx, 3));
  if (rows.some(({ obx }) => rowOf(obx).startsWith('CORPSMAIL'))) context.warn('MAIL_BODY_IGNORED');
  return readFlags(rows, context);
}

/** Spellings of earlier versions of the volet. */
const SPELLINGS: Readonly<Record<string, string>> = {
  INVISIBLE_REPRESENTANTS_LEGAUX: 'INVISIBLE_REP_LEGAUX',
  MODIF_CONFIDENTIALITYCODE: 'MODIF_CONF_CODE',
  ACK_LECTURE: 'ACK_LECTURE_MSS',
};

/** Code of an order row, as the volet 2.1 writes it. */
export function rowOf(obx: Segment): string {
  const code = obx.text(3).toUpperCase();
  return SPELLINGS[code] ?? code;
}

/** What an order row answers; undefined: the row is not there, or says neither Y nor N. */
export function answerOf(rows: readonly ObservationGroup[], code: string): boolean | undefined {
  const answer = rows
    .find(({ obx }) => rowOf(obx) === code)
    ?.obx.text(5)
    .toUpperCase();
  return answer === 'Y' ? true : answer === 'N' ? false : undefined;
}

/**
 * The flags of a message whose sender may give orders.
 * @returns a fault when an order is unknown, or neither Y nor N: nothing may leave unmasked by one that we did not understand
 */
export function readFlags(rows: readonly ObservationGroup[], context: ReadingContext): DispatchFlags | Fault {
  const flags: Partial<Record<Flag, boolean>> = {};
  let patientMayNotReply = false;
  for (const { obx, notes } of rows) {
    const code = rowOf(obx);
    const flag = FLAGS[code];
    if (!flag && asksNothing(code)) continue;
    if (!flag) return fault('META_UNKNOWN', context.at(obx, 3));
    const answer = obx.text(5).toUpperCase();
    if (answer !== 'Y' && answer !== 'N') return fault('META_VALUE', context.at(obx, 5));
    const asked = answer === 'Y';
    const earlier = flags[flag];
    flags[flag] =
      earlier === undefined ? asked : DESTINATIONS.includes(flag) ? earlier && asked : earlier || asked;
    if (flag === 'destMssantePat' && notes.some((note) => note.text(4).toUpperCase() === 'FIN')) {
      patientMayNotReply = true;
    }
  }
  // The volet's matrix allows no other answer beside a mask: DESTMSSANTEPAT = N is then a consequence of the mask, which
  // stops that mail by itself, and must not outlive it once the announcement is done (mssante.md §4).
  if (flags.invisiblePatient && flags.destMssantePat === false) delete flags.destMssantePat;
  return { ...flags, ...(patientMayNotReply ? { patientMayNotReply } : {}) };
}
