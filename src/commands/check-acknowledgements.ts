import type { Config } from '../config.ts';

interface AcknowledgementFinding {
  readonly check: string;
  readonly level: 'warning';
  readonly text: string;
}

/** Sources that give their orders in MetaDMPMSS rows, as senders of finished documents do, and whose sender cannot be told. */
export function checkAcknowledgements(config: Config): AcknowledgementFinding[] {
  return [...config.sources, ...config.listeners].flatMap(({ name, metaDmpMss, acknowledgements }) =>
    metaDmpMss && !acknowledgements
      ? [
          {
            check: `${name}.acknowledgements`,
            level: 'warning',
            text: 'non configuré : si l’émetteur demande des accusés métier (ZAM), ils attendront sans partir',
          },
        ]
      : [],
  );
}
