import { initial } from './0001-initial.ts';
import { n1 } from './0002-n1.ts';
import { samePerson } from './0003-same-person.ts';
import { alerts } from './0004-alerts.ts';
import { doubts } from './0005-doubts.ts';
import { patientStatements } from './0006-patient-statements.ts';
import { controlIds } from './0007-control-ids.ts';
import { sideFiles } from './0008-side-files.ts';
import { finished } from './0009-finished.ts';
import { quarantineWork } from './0010-quarantine-work.ts';
import { subcontracting } from './0011-subcontracting.ts';
import { applicationAcks } from './0012-application-acks.ts';
import { acceptedScans } from './0013-accepted-scans.ts';
import { mails } from './0014-mails.ts';
import { fileAnswers } from './0015-file-answers.ts';
import { lateAddresses } from './0016-late-addresses.ts';
import { missedSideFiles } from './0017-missed-side-files.ts';
import { provenArrivals } from './0018-proven-arrivals.ts';
import { mailboxStarts } from './0019-mailbox-starts.ts';
import { shownMails } from './0020-shown-mails.ts';

/** In order, append-only: migration n takes the file from `user_version` n - 1 to n. */
export const MIGRATIONS: readonly string[] = [
  initial,
  n1,
  samePerson,
  alerts,
  doubts,
  patientStatements,
  controlIds,
  sideFiles,
  finished,
  quarantineWork,
  subcontracting,
  applicationAcks,
  acceptedScans,
  mails,
  fileAnswers,
  lateAddresses,
  missedSideFiles,
  provenArrivals,
  mailboxStarts,
  shownMails,
];
