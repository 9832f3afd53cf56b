import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attachment } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import { INS_OIDS, parseIns } from '../report/ins.ts';
import { nameWords } from '../report/names.ts';
import { compact, dateForms, runs, says } from '../report/printed-identity.ts';
import type { Report } from '../report/report.ts';
import { type PreparedPdf, prepareAttachment } from './attachment.ts';
import { inPrivateFolder } from './command.ts';
import { faults } from './faults.ts';
import { pageTexts } from './page-text.ts';

/** Characters of a matricule INS with its key. */
const MATRICULE_LENGTH = 15;

/**
 * Takes the SGL's own PDF of a report in the place of ours: sound and PDF/A-1 as a subcontractor's would have to be
 * ({@link prepareAttachment}), and that of this patient and this request. Its text must hold the birth name, the birth
 * date and the dossier number, each page the name or the number; where the identity is not qualified, no matricule INS.
 * @returns the pages to publish, or why a person must look
 */
export async function acceptSourcePdf(report: Report, pdf: Attachment): Promise<PreparedPdf | Fault> {
  const prepared = await prepareAttachment(pdf);
  if ('code' in prepared) return prepared;
  const texts = await inPrivateFolder(async (folder) => {
    const file = join(folder, 'source.pdf');
    await writeFile(file, prepared.bytes, { mode: 0o600 });
    return pageTexts(file, folder);
  });
  if ('code' in texts) return texts;
  return identityFault(report, texts.map(nameWords)) ?? prepared;
}

/** What pages of another patient or another request would lack. */
function identityFault(report: Report, pages: readonly (readonly string[])[]): Fault | undefined {
  const { birthName, birthDate } = report.patient.traits;
  const name = compact(birthName);
  const dossier = compact(report.dossier);
  const all = pages.flat();
  const missing = [
    ...(says(all, name) ? [] : ['nom de naissance']),
    ...(birthDate && dateForms(birthDate).some((form) => says(all, form)) ? [] : ['date de naissance']),
    ...(says(all, dossier) ? [] : ['numéro de dossier']),
  ];
  if (missing.length > 0) return faults.sourcePdfOther(missing);
  const stray = pages.findIndex((words) => !says(words, name) && !says(words, dossier));
  if (stray >= 0) return faults.sourcePdfPage(stray + 1);
  return report.patient.kind === 'unqualified' && holdsMatricule(all) ? faults.sourcePdfIns() : undefined;
}

/** Fifteen characters in a row with the key of a matricule, in one word or in the groups of a card. */
function holdsMatricule(words: readonly string[]): boolean {
  return runs(words, MATRICULE_LENGTH).some((run) => !('fault' in parseIns(run, INS_OIDS.test)));
}
