import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * The only fields a log line may have. Names, INS, results, subjects and patient addresses have no field here, so they
 * cannot be logged by mistake; free text goes into faults, whose sentences hold no data of the patient.
 */
export interface LogFields {
  readonly report?: string;
  readonly version?: number;
  readonly delivery?: string;
  readonly channel?: string;
  readonly source?: string;
  readonly inbox?: number;
  readonly quarantine?: number;
  readonly alert?: number;
  readonly mail?: number;
  readonly code?: string;
  readonly rule?: string;
  readonly state?: string;
  readonly count?: number;
  readonly ms?: number;
  readonly attempt?: number;
  readonly nextAt?: string;
  readonly pid?: number;
  readonly path?: string;
  readonly listen?: string;
  /** Address of a machine that connects. */
  readonly peer?: string;
  readonly check?: string;
  readonly daysLeft?: number;
}

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

const ALLOWED: readonly (keyof LogFields)[] = [
  'report',
  'version',
  'delivery',
  'channel',
  'source',
  'inbox',
  'quarantine',
  'alert',
  'mail',
  'code',
  'rule',
  'state',
  'count',
  'ms',
  'attempt',
  'nextAt',
  'pid',
  'path',
  'listen',
  'peer',
  'check',
  'daysLeft',
];

/** JSON lines on stdout (or a given stream), one event a line, allow-listed fields only. */
export function createLog(level: string, stream?: DestinationStream): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'event' };
  const logger: Logger = stream ? pino(options, stream) : pino(options);
  const write =
    (at: 'info' | 'warn' | 'error') =>
    (event: string, fields: LogFields = {}) => {
      const kept: Record<string, unknown> = {};
      for (const name of ALLOWED) if (fields[name] !== undefined) kept[name] = fields[name];
      logger[at](kept, event);
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
