import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { loadAssets } from '../assets.ts';
import { type Config, pathOf } from '../config.ts';
import { directorySettingsOf } from '../directory-settings.ts';
import { checkSettings } from '../mssante/settings.ts';
import { type CertificateUse, checkCertificate } from '../ops/certificates.ts';
import { type Fault, isFaults } from '../report/fault.ts';
import {
  answerFoldersOf,
  correspondentsOf,
  dmpSettingsOf,
  foldersOf,
  mssanteSettingsOf,
} from '../settings.ts';
import { checkAcknowledgements } from './check-acknowledgements.ts';
import { checkAntivirus } from './check-antivirus.ts';
import { checkListeners } from './check-listeners.ts';
import { checkMailboxes } from './check-mailboxes.ts';
import { checkRoom } from './check-room.ts';
import { type CommonOptions, EXIT, type ExitCode, type Output, say } from './output.ts';
import { configured } from './store.ts';

type Level = 'ok' | 'warning' | 'error';

/** One line of `crbio check`. `environment`: the machine or a peer is at fault, not a file of the laboratory. */
interface CheckLine {
  readonly check: string;
  readonly level: Level;
  readonly text: string;
  readonly environment?: true;
}

/** `crbio check`: everything that can be known before starting; one line a check. */
export async function check(output: Output, options: CommonOptions & { reach?: boolean }): Promise<ExitCode> {
  const config = configured(output, options);
  if (!config) return EXIT.usage;
  const lines: CheckLine[] = [
    {
      check: 'configuration',
      level: 'ok',
      text: say(
        options,
        `lue, environnement ${config.environment}`,
        `read, environment ${config.environment}`,
      ),
    },
    ...checkFolders(config),
    ...checkRoom(config),
    ...(await checkListeners(config)),
    ...checkAcknowledgements(config),
    ...checkAssets(config),
    ...(await checkAntivirus(config, options.reach === true)),
    ...checkDirectory(config),
    ...checkDmp(config),
    ...checkMssante(config),
    ...(await checkMailboxes(config, options.reach === true)),
    ...(options.reach ? await reachPeers(config) : []),
  ];
  for (const line of lines) {
    if (options.json) output.out(JSON.stringify(line));
    else output.out(`${{ ok: '✓', warning: '!', error: '✗' }[line.level]} ${line.check} : ${line.text}`);
  }
  const errors = lines.filter((line) => line.level === 'error');
  if (errors.length === 0) return EXIT.done;
  return errors.every((line) => line.environment) ? EXIT.environment : EXIT.refused;
}

function checkFolders(config: Config): CheckLine[] {
  const wanted: [string, string][] = [
    ['data', pathOf(config, config.data)],
    ...config.sources.flatMap((source) =>
      Object.entries(foldersOf(config, source)).map(([name, path]): [string, string] => [
        `sources.${source.name}.${name}`,
        path,
      ]),
    ),
    ...[...answerFoldersOf(config)].map(([source, path]): [string, string] => [
      `sources.${source}.answers`,
      path,
    ]),
  ];
  return wanted.map(([name, path]): CheckLine => {
    try {
      if (!existsSync(path)) {
        accessSync(dirname(path), constants.W_OK);
        mkdirSync(path, { recursive: true, mode: 0o700 });
      }
      accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
      return { check: name, level: 'ok', text: `${path} accessible en lecture et écriture` };
    } catch (error) {
      return {
        check: name,
        level: 'error',
        text: `${path} : ${(error as NodeJS.ErrnoException).code} (droits du compte du service ?)`,
        environment: true,
      };
    }
  });
}

function checkAssets(config: Config): CheckLine[] {
  const lines: CheckLine[] = [];
  const assets = loadAssets(config);
  if (Array.isArray(assets)) lines.push(...assets.map(faultLine('catalogue et présentation')));
  else
    lines.push({
      check: 'catalogue et présentation',
      level: 'ok',
      text: 'catalogue LOINC, feuille de style, thème et polices lus',
    });
  if (config.correspondents) {
    const table = correspondentsOf(config);
    if (isFaults(table)) lines.push(...table.map(faultLine('correspondants')));
    else lines.push({ check: 'correspondants', level: 'ok', text: `${table.length} correspondants` });
  }
  return lines;
}

/** Only what is wrong: a laboratory may well have no national directory. */
function checkDirectory(config: Config): CheckLine[] {
  const settings = directorySettingsOf(config);
  return Array.isArray(settings) ? settings.map(faultLine('annuaire national')) : [];
}

function checkDmp(config: Config): CheckLine[] {
  const settings = dmpSettingsOf(config);
  if (!settings) return [{ check: 'dmp', level: 'warning', text: 'non configuré : rien ne partira au DMP' }];
  if (Array.isArray(settings)) return settings.map(faultLine('dmp'));
  return [
    ...certificateLines(
      'dmp.client',
      settings.client.certificate,
      settings.client.key,
      settings.ca,
      'client',
    ),
    ...certificateLines(
      'dmp.signature',
      settings.signing.certificate,
      settings.signing.key,
      settings.ca,
      'signature',
    ),
  ];
}

function checkMssante(config: Config): CheckLine[] {
  const settings = mssanteSettingsOf(config);
  if (!settings)
    return [{ check: 'mssante', level: 'warning', text: 'non configuré : aucun message ne partira' }];
  if (Array.isArray(settings)) return settings.map(faultLine('mssante'));
  return [
    ...checkSettings(settings).map(faultLine('mssante')),
    ...certificateLines(
      'mssante.client',
      settings.clientCertificate,
      settings.clientKey,
      settings.authorities,
      'client',
    ),
  ];
}

function certificateLines(
  name: string,
  certificate: string,
  key: string,
  authorities: string,
  use: CertificateUse,
): CheckLine[] {
  return checkCertificate(
    Buffer.from(certificate),
    Buffer.from(key),
    Buffer.from(authorities),
    use,
    Date.now(),
  ).map(({ level, text }) => ({ check: name, level, text }));
}

const faultLine =
  (name: string) =>
  (fault: Fault): CheckLine => ({
    check: name,
    level: 'error',
    text: `${fault.position && !fault.cause.includes(fault.position) ? `${fault.position} : ` : ''}${fault.cause} — ${fault.hint} [${fault.code}]`,
  });

const REACH_TIMEOUT_MS = 5_000;

function reachPeers(config: Config): Promise<CheckLine[]> {
  const peers: [string, string, number][] = [];
  if (config.dmp) {
    const { hostname, port } = new URL(config.dmp.url);
    peers.push(['dmp', hostname, Number(port || 443)]);
  }
  if (config.mssante) peers.push(['mssante', config.mssante.host, config.mssante.port]);
  return Promise.all(
    peers.map(
      ([name, host, port]) =>
        new Promise<CheckLine>((resolve) => {
          const socket = connect({ host, port, timeout: REACH_TIMEOUT_MS });
          const end = (level: Level, text: string) => {
            socket.destroy();
            resolve({
              check: `${name} joignable`,
              level,
              text: `${host}:${port} ${text}`,
              ...(level === 'error' ? { environment: true as const } : {}),
            });
          };
          socket.once('connect', () => end('ok', 'répond'));
          socket.once('timeout', () => end('error', 'ne répond pas'));
          socket.once('error', (error: NodeJS.ErrnoException) => end('error', `: ${error.code}`));
        }),
    ),
  );
}
