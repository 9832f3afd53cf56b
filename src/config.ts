import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { antivirus } from './config/antivirus.ts';
import { directory } from './config/directory.ts';
import { keyPair } from './config/key-pair.ts';
import { listener } from './config/listener.ts';
import { mailbox as returnMailbox } from './config/mailbox.ts';
import { address, civility, professionalId, structureId, title } from './config/people.ts';
import { answersRead, folderSource, sharedFolders } from './config/source.ts';
import type { Fault } from './report/fault.ts';

/**
 * The configuration: one schema, one place where files, environment and credentials are named.
 * Every key is explained in config/crbio.example.yaml, which a test reads with this schema.
 */

const oid = z.string().regex(/^[0-2](\.(0|[1-9]\d*))+$/, 'OID attendu, par exemple 1.2.250.1.999');
/** Under it: `.1`, a hash of 20 digits, the arc of the N1, a version of four digits, in the 64 characters of XDS. */
const MAX_OID_ROOT = 64 - '.1'.length - 21 - '.0.9999'.length;
const coding = z.object({ code: z.string(), system: oid, display: z.string() }).strict();
const mailbox = z.string().regex(/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]+$/, 'adresse de messagerie attendue');

const biologist = z
  .object({
    idNat: professionalId,
    family: z.string().min(1),
    given: z.string().min(1),
    civility: civility.optional(),
    title: title.optional(),
    profession: coding,
  })
  .strict();

const laboratory = z
  .object({
    name: z.string().min(1),
    legalForm: z.string().optional(),
    idNat: structureId,
    address,
    phone: z.string().min(1),
    email: z.string().optional(),
    website: z.string().optional(),
    facilityType: coding.default({
      code: 'SA25',
      system: '1.2.250.1.71.4.2.4',
      display: 'Laboratoire de biologie médicale',
    }),
    practiceSetting: coding.default({
      code: 'AMBULATOIRE',
      system: '1.2.250.1.213.1.1.4.9',
      display: 'Ambulatoire',
    }),
    oidRoot: oid.max(
      MAX_OID_ROOT,
      `${MAX_OID_ROOT} caractères au plus : la racine entre dans des identifiants de 64`,
    ),
    director: professionalId,
    biologists: z.array(biologist).min(1),
    privacyNotice: z.string().min(1),
    accreditation: z
      .object({
        body: z.enum(['COFRAC', 'EFI']).default('COFRAC'),
        number: z
          .string()
          .regex(/^\d-\d{4}$|^\S{2,20}$/, 'numéro d’accréditation attendu, par exemple 8-1234'),
        scope: z.string().min(1),
        activity: z.string().min(1).default('Examens médicaux'),
      })
      .strict()
      .optional(),
    automaticValidationNotice: z.string().min(1).optional(),
    timeZone: z.string().default('Europe/Paris').refine(isZone, 'fuseau horaire inconnu'),
  })
  .strict()
  .refine((lab) => lab.biologists.some((b) => b.idNat === lab.director), {
    path: ['director'],
    message: 'le directeur doit figurer dans biologists',
  });

const dmp = z
  .object({
    url: z.url({ protocol: /^https$/, error: 'URL https attendue' }),
    authorities: z.string().min(1),
    client: keyPair,
    signature: keyPair,
    software: z
      .object({ oid, name: z.string().min(1), version: z.string().min(1), homologation: z.string().min(1) })
      .strict(),
    lotDigest: z.enum(['sha1', 'sha256']).default('sha1'),
    vihfVersion: z.enum(['3.0', '4.0']).default('3.0'),
    testExistence: z.boolean().default(true),
    concurrency: z.number().int().min(1).max(5).default(4),
    // Four exchanges of a delivery must end well within its lease.
    timeoutMs: z.number().int().min(1_000).max(180_000).default(60_000),
  })
  .strict();

const mssante = z
  .object({
    host: z.string().min(1),
    port: z.number().int().min(1).max(65_535).default(587),
    authorities: z.string().min(1),
    client: keyPair,
    from: mailbox,
    label: z.string().min(1),
    replyTo: z
      .object({ professionals: mailbox.optional(), patients: mailbox.optional() })
      .strict()
      .default({}),
    contact: z.string().min(1),
    patientsMayNotReply: z.boolean().default(false),
    authentication: z
      .discriminatedUnion('mode', [
        z.object({ mode: z.literal('none') }).strict(),
        z.object({ mode: z.literal('PLAIN'), user: z.string().min(1), password: z.string().min(1) }).strict(),
        z.object({ mode: z.literal('EXTERNAL'), identity: z.string().optional() }).strict(),
      ])
      .default({ mode: 'none' }),
    nil: z.string().min(1),
    patientDomain: z.string().min(1),
    domains: z.array(z.string().min(1)).min(1),
    toProfessionals: z.boolean().default(true),
    toPatients: z.boolean().default(true),
    concurrency: z.number().int().min(1).max(10).default(4),
    timeoutMs: z.number().int().min(1_000).default(60_000),
    mailbox: returnMailbox.optional(),
  })
  .strict();

const retry = z
  .object({
    /** A peer that restarts is back within seconds. */
    baseMs: z.number().int().min(10).max(600_000).default(2_000),
    /** An hour lets a long outage cost little and end soon after it is over. */
    capMs: z.number().int().min(10).max(86_400_000).default(3_600_000),
  })
  .strict()
  .refine(({ baseMs, capMs }) => baseMs <= capMs, {
    path: ['capMs'],
    message: 'capMs ne peut pas être plus court que baseMs',
  });

const schema = z
  .object({
    environment: z.enum(['production', 'test', 'demo']),
    data: z.string().min(1),
    laboratory,
    catalogue: z.string().min(1),
    correspondents: z.string().optional(),
    directory: directory.default(directory.parse({})),
    stylesheets: z.string().min(1),
    document: z
      .object({
        version: z.enum(['2024.01', '2023.01']).default('2024.01'),
        profile: z.enum(['n3', 'segur-v1']).default('n3'),
      })
      .strict()
      .default({ version: '2024.01', profile: 'n3' }),
    sources: z.array(folderSource).default([]),
    listeners: z.array(listener).default([]),
    dmp: dmp.optional(),
    mssante: mssante.optional(),
    rules: z
      .object({
        partialToDmp: z.boolean().default(false),
        masque_ps_bloque_mail: z.boolean().default(true),
        hospitalClasses: z.array(z.string()).default(['I', 'E']),
        majorityAge: z.number().int().default(18),
      })
      .strict()
      .default({
        partialToDmp: false,
        masque_ps_bloque_mail: true,
        hospitalClasses: ['I', 'E'],
        majorityAge: 18,
      }),
    antivirus: antivirus.optional(),
    retry: retry.default(retry.parse({})),
    /** Peers that a test or demo instance may talk to, `host:port`; production ignores it. */
    peers: z.array(z.string()).default([]),
    workers: z.number().int().min(1).max(32).default(2),
    log: z
      .object({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') })
      .strict()
      .default({ level: 'info' }),
  })
  .strict()
  .superRefine((config, context) => {
    const names = [...config.sources, ...config.listeners].map((source) => source.name);
    const pathOfSource = (index: number) =>
      index < config.sources.length ? ['sources', index] : ['listeners', index - config.sources.length];
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) !== index)
        context.addIssue({
          code: 'custom',
          path: [...pathOfSource(index), 'name'],
          message: 'deux sources portent ce nom',
        });
    }
    for (const [index, { subcontractor }] of [...config.sources, ...config.listeners].entries()) {
      const unknown = subcontractor?.worksFor.find((name) => !names.includes(name));
      if (unknown !== undefined)
        context.addIssue({
          code: 'custom',
          path: [...pathOfSource(index), 'subcontractor', 'worksFor'],
          message: `aucune source ne porte ce nom : ${unknown}`,
        });
    }
    for (const { index, key } of sharedFolders(config.sources, config.data))
      context.addIssue({
        code: 'custom',
        path: ['sources', index, key],
        message:
          'avec retention, ce dossier ne peut ni servir à autre chose, ni (quarantine) contenir un autre dossier',
      });
    for (const index of answersRead(config.sources))
      context.addIssue({
        code: 'custom',
        path: ['sources', index, 'answers'],
        message: 'les réponses ne peuvent pas être écrites là où des fichiers sont lus',
      });
    if (names.length === 0)
      context.addIssue({
        code: 'custom',
        path: ['sources'],
        message: 'rien n’arrive : un dossier d’export (sources) ou un écouteur (listeners) est attendu',
      });
    const ports = config.listeners.map(({ host, port }) => `${host}:${port}`);
    for (const [index, port] of ports.entries()) {
      if (config.listeners[index]?.port !== 0 && ports.indexOf(port) !== index)
        context.addIssue({
          code: 'custom',
          path: ['listeners', index, 'port'],
          message: 'deux écouteurs ont cette adresse',
        });
    }
    if (config.environment === 'production') return;
    const peers: [string[], string][] = [];
    if (config.dmp && URL.canParse(config.dmp.url)) {
      const { hostname, port } = new URL(config.dmp.url);
      peers.push([['dmp', 'url'], `${hostname}:${port || '443'}`]);
    }
    if (config.directory.api && URL.canParse(config.directory.api.url)) {
      const { hostname, port } = new URL(config.directory.api.url);
      peers.push([['directory', 'api', 'url'], `${hostname}:${port || '443'}`]);
    }
    if (config.mssante) peers.push([['mssante', 'host'], `${config.mssante.host}:${config.mssante.port}`]);
    if (config.mssante?.mailbox) {
      const { host = config.mssante.host, port } = config.mssante.mailbox;
      peers.push([['mssante', 'mailbox', 'host'], `${host}:${port}`]);
    }
    for (const [name, list] of [
      ['sources', config.sources],
      ['listeners', config.listeners],
    ] as const)
      for (const [index, { acknowledgements }] of list.entries())
        if (acknowledgements)
          peers.push([
            [name, String(index), 'acknowledgements', 'host'],
            `${acknowledgements.host}:${acknowledgements.port}`,
          ]);
    for (const [path, peer] of peers) {
      if (!config.peers.includes(peer)) {
        context.addIssue({
          code: 'custom',
          path,
          message: `hors production, chaque destinataire doit être listé dans peers : ${peer} n'y est pas`,
        });
      }
    }
    if (config.mssante?.patientDomain.toLowerCase() === 'patient.mssante.fr') {
      context.addIssue({
        code: 'custom',
        path: ['mssante', 'patientDomain'],
        message: 'le domaine patient de production est interdit hors production',
      });
    }
  });

export type Config = z.infer<typeof schema> & {
  /** Folder of the configuration file: relative paths start there. */
  readonly base: string;
};

/** A configuration error: the file, the line, the key, and what is expected. */
export interface ConfigFault extends Fault {
  readonly code: 'CONFIG';
  readonly line: number;
  readonly key: string;
}

/**
 * Reads a configuration file.
 * @returns the configuration with every default filled in, or all its faults, each with file, line and key
 */
export function readConfig(path: string): Config | ConfigFault[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') return [fault(path, 0, '', `le fichier ne peut pas être lu (${code})`)];
    const hint =
      'donner le bon par --config ou CRBIO_CONFIG ; config/crbio.example.yaml est un modèle à copier';
    return [{ ...fault(path, 0, '', 'pas de fichier de configuration de ce nom'), hint }];
  }
  return parseConfig(text, path);
}

/** As {@link readConfig}, on a text. */
export function parseConfig(text: string, path: string): Config | ConfigFault[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return document.errors.map((error) =>
      fault(path, lines.linePos(error.pos[0]).line, '', `YAML invalide : ${error.message}`),
    );
  }
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return [fault(path, 0, '', `YAML refusé : plus de ${MAX_ALIASES} alias`)];
  }
  const parsed = schema.safeParse(plain, { error: french });
  if (parsed.success) return { ...parsed.data, base: dirname(resolve(path)) };
  return parsed.error.issues.map((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
    return fault(path, lineOf(document.contents, keys, lines), keys.map(String).join('.'), issue.message);
  });
}

/** A configuration repeats itself a few times at most; more is an expansion attack or a slip. */
const MAX_ALIASES = 100;

/** A path of the configuration, made absolute. */
export function pathOf(config: Pick<Config, 'base'>, path: string): string {
  return isAbsolute(path) ? path : resolve(config.base, path);
}

function fault(path: string, line: number, key: string, cause: string): ConfigFault {
  const where = `${path}${line ? `:${line}` : ''}`;
  return {
    code: 'CONFIG',
    cause: `${where}${key ? ` — ${key}` : ''} : ${cause}`,
    hint: 'corriger la configuration ; config/crbio.example.yaml explique chaque clé',
    line,
    key,
    position: where,
  };
}

/** Line of the deepest existing node of a path, so that a missing key points at its parent. */
function lineOf(root: Node | null, path: readonly PropertyKey[], lines: LineCounter): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (!pair) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return lines.linePos(offset).line;
}

const french: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'clé obligatoire absente' : `type ${issue.expected} attendu`;
    case 'unrecognized_keys':
      return `clé inconnue : ${issue.keys.join(', ')}`;
    case 'invalid_value':
      return `valeur attendue parmi ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `trop petit ou vide (minimum ${issue.minimum})`;
    case 'too_big':
      return `trop grand (maximum ${issue.maximum})`;
    default:
      return undefined;
  }
};

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
