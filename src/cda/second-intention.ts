import type { Coding } from '../report/coding.ts';
import { OID } from '../report/coding.ts';

/** Chapter code of results that come as another laboratory's document (cr-bio §7.7). */
export const SECOND_INTENTION: Coding = {
  code: '1443252',
  system: OID.waitingCodes,
  display: "Résultats des examens d'un laboratoire de seconde intention",
};
