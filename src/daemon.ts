import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { scannerOf } from './antivirus-settings.ts';
import { type Config, pathOf } from './config.ts';
import { type DaemonParts, readParts } from './daemon-parts.ts';
import { startDirectory } from './directory-service.ts';
import { importInThread } from './directory-thread.ts';
import { createDmpChannel } from './dmp/channel.ts';
import { type FolderFeed, watchFolder } from './intake/folder.ts';
import { isAnswerable } from './intake/hprim/answer.ts';
import { startListeners } from './listeners.ts';
import { startMailboxes } from './mailboxes.ts';
import { createMssanteChannel } from './mssante/channel.ts';
import { codeOf } from './ops/codes.ts';
import type { Log } from './ops/log.ts';
import { stopPoints } from './ops/stop-points.ts';
import { notifySystemd } from './ops/systemd.ts';
import { usePrivateTemporary } from './ops/temporary.ts';
import { tellSender } from './pfi/client.ts';
import type { Channel, ChannelAdapter } from './report/delivery.ts';
import { type Fault, isFaults } from './report/fault.ts';
import {
  answerFoldersOf,
  channelsOf,
  dispatchSettingsOf,
  foldersOf,
  laboratoryOf,
  profilesOf,
  sideFilesOf,
  subcontractedWaitOf,
  subcontractorsOf,
} from './settings.ts';
import { createAcknowledger } from './stages/acknowledge.ts';
import { lookUpMailbox, recipientsNamed } from './stages/addressees.ts';
import { createAlertTeller } from './stages/alerts.ts';
import { createAnswerer } from './stages/answer.ts';
import { createLane, MAIL_MAX_ATTEMPTS } from './stages/deliver.ts';
import { createDocumentGuard } from './stages/document-guard.ts';
import { createInterpreter } from './stages/interpret.ts';
import { createInterpretationWatch } from './stages/interpretation-watch.ts';
import { itemsOf } from './stages/items.ts';
import { createAddressSearch } from './stages/late-addresses.ts';
import { type Loop, startLoop } from './stages/loop.ts';
import { tellObstacle } from './stages/obstacle.ts';
import { createPlanner } from './stages/plan.ts';
import { inputFacts } from './stages/printed.ts';
import { createReceiver } from './stages/receive.ts';
import { createRenderer } from './stages/render.ts';
import { startRetention } from './stages/retention.ts';
import { hasSideSuffix } from './stages/side-files.ts';
import { openStore } from './store/store.ts';
import { startWorkers } from './workers.ts';

/** A running daemon. */
export interface Daemon {
  /** Finishes what is in hand, leaves the rest in the store. */
  stop(): Promise<void>;
}

/** How long a stage sleeps when nothing woke it: the longest a due date or another process's act can wait. */
const IDLE_MS = 1_000;
/** Files of a source read, committed and moved at the same time: they share commits; the receiver keeps their order. */
const FILES_AT_ONCE = 4;
/** An antivirus that is back is asked again soon: the messages that wait for it are results. */
const SCAN_RETRY_MS = 60_000;
const DAY_MS = 24 * 3_600_000;
/** How often the store is asked whether a command wrote: one pragma. */
const WATCH_MS = 250;

/**
 * The composition root: the only file that knows every folder.
 * @param configFile path of the configuration, which the workers read too
 * @returns the daemon, or what stops it from starting
 */
export async function startDaemon(config: Config, configFile: string, log: Log): Promise<Daemon | Fault[]> {
  const parts = readParts(config);
  if (isFaults(parts)) return parts;
  const { dmp, mssante, correspondents } = parts;

  const data = pathOf(config, config.data);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const now = Date.now;
  const store = openStore({ file: join(data, 'crbio.db'), now });
  const claim = store.claim(process.pid);
  if (!claim.ok) {
    await store.close();
    return [
      {
        code: 'DAEMON_RUNNING',
        cause: `un démon (processus ${claim.pid}) travaille déjà sur ces données`,
        hint: 'arrêter l’autre démon, ou donner un autre dossier data',
      },
    ];
  }
  usePrivateTemporary(data);
  const reportWaitMs = config.mssante?.mailbox?.reportWaitMs ?? 0;
  const recovered = await store.recover(reportWaitMs);
  log.info('recovered', { count: recovered.unleased + recovered.unknown });

  const at = stopPoints(config.environment);
  const workers = startWorkers(configFile, config.workers);
  const laboratory = laboratoryOf(config);
  const profiles = profilesOf(config);
  const subcontractors = subcontractorsOf(config);
  const directory = startDirectory(parts.directory, {
    log,
    now,
    importing: importInThread,
    learned: (idNat) => addressSearch.learned(recipientsNamed(idNat, correspondents)),
  });
  const loops = new Map<string, Loop>();
  const feeds = new Map<string, FolderFeed>();
  const wake = (...names: string[]) => {
    for (const name of names) loops.get(name)?.wake();
  };
  const wakeLanes = () => wake(...channelsOf(config));
  const books = { correspondents, directory: directory.lookup };
  const addressSearch = createAddressSearch({
    store,
    log,
    now,
    mailboxOf: (person) => lookUpMailbox(person, books),
    edition: directory.edition,
    maxAgeMs: config.directory.lateDays * DAY_MS,
    next: () => wake('decide'),
    wake: () => wake('addresses'),
  });

  const answerFolders = answerFoldersOf(config);
  for (const folder of answerFolders.values()) mkdirSync(folder, { recursive: true, mode: 0o750 });
  const interpretations = createInterpretationWatch();
  const scanner = scannerOf(config);
  const interpreter = createInterpreter({
    store,
    log,
    at,
    ...(scanner
      ? {
          guard: createDocumentGuard({
            scanner,
            store,
            log,
            now,
            random: Math.random,
            backoff: { baseMs: config.retry.baseMs, capMs: Math.min(config.retry.capMs, SCAN_RETRY_MS) },
          }),
        }
      : {}),
    done: interpretations.done,
    // A listener has no folder in which a file could come.
    waitMs: (source) => config.sources.find(({ name }) => name === source)?.sideFiles.waitMs ?? 0,
    settled: (source, names) => feeds.get(source)?.again(names),
    answered: ({ source, bytes }) => answerFolders.has(source) && isAnswerable(bytes),
    factsOf: (message) => inputFacts(message, profiles.get(message.source)),
    interpret: (bytes, source, sideFiles, input) =>
      itemsOf(bytes, profiles.get(source), {
        sideFiles,
        input,
        subcontractors,
        subcontractedWaitMs: subcontractedWaitOf(config, source),
        ...books,
        root: laboratory.oids.documents,
        now: now(),
      }),
    next: () => wake('render', 'decide', 'answer'),
  });
  const renderer = createRenderer({
    store,
    log,
    at,
    render: workers.render,
    concurrency: config.workers + 1,
    next: () => wake('decide'),
    wake: () => wake('render'),
  });
  const planner = createPlanner({
    store,
    log,
    at,
    now,
    zone: laboratory.timeZone,
    settingsOf: (source) => dispatchSettingsOf(config, source),
    next: wakeLanes,
    unaddressed: addressSearch.planned,
  });
  const listeners = await startListeners(parts.listeners, profiles, {
    store,
    log,
    now,
    at,
    next: () => wake('interpret'),
    watch: interpretations,
  });
  if (isFaults(listeners)) {
    await workers.close();
    await directory.stop();
    await store.close();
    return listeners;
  }

  const start = (name: string, work: () => Promise<number>) =>
    loops.set(name, startLoop(name, work, { log, idleMs: IDLE_MS }));
  start('interpret', interpreter.turn);
  start('render', renderer.turn);
  start('decide', planner.turn);
  start('addresses', addressSearch.turn);
  start('alerts', createAlertTeller({ store, log }).turn);
  if (answerFolders.size > 0)
    start(
      'answer',
      createAnswerer({
        ...{ store, log, now, at, profiles },
        folders: answerFolders,
        sender: laboratory.name,
      }).turn,
    );
  const { acknowledgements } = parts;
  start(
    'acknowledge',
    createAcknowledger({
      store,
      log,
      now,
      at,
      random: Math.random,
      backoff: config.retry,
      sources: [...acknowledgements.keys()],
      untellable: [...config.sources, ...config.listeners]
        .map(({ name }) => name)
        .filter((name) => !acknowledgements.has(name)),
      tell: (ack) => {
        const peer = acknowledgements.get(ack.source);
        if (!peer) throw new Error('a source without its peer');
        return tellSender(peer, ack, laboratory.timeZone);
      },
    }).turn,
  );

  const lanes = channelsOf(config).map((channel) => {
    const adapter = adapterOf(channel, { dmp, mssante, workers, now, log });
    const lane = createLane(
      {
        channel,
        concurrency: (channel === 'dmp' ? config.dmp : config.mssante)?.concurrency ?? 1,
        backoff: config.retry,
        ...(channel === 'dmp' ? {} : { maxAttempts: MAIL_MAX_ATTEMPTS, reportWaitMs }),
      },
      // An outcome may free the next version of the report for rendering.
      {
        store,
        adapter,
        log,
        now,
        random: Math.random,
        at,
        wake: () => wake(channel, 'render', 'acknowledge'),
      },
    );
    start(channel, lane.turn);
    return lane;
  });

  const receive = createReceiver({
    store,
    log,
    interpretOne: interpreter.interpretOne,
    next: () => wake('interpret'),
    now,
    at,
  });
  await Promise.all(
    config.sources.map(async (source) => {
      const folders = foldersOf(config, source);
      for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o750 });
      const feed = await watchFolder(
        {
          ...folders,
          ...source.completion,
          isSideName: (name) => hasSideSuffix(name, sideFilesOf(source)),
          polling: source.polling,
          subFolders: source.subFolders,
          rescanMs: source.rescanMs,
          maxBytes: source.maxBytes,
          concurrency: FILES_AT_ONCE,
          onError: (error) => log.error('folder-failed', { source: source.name, code: codeOf(error) }),
          onObstacle: (code) => tellObstacle({ store, log }, source.name, code),
        },
        (file) => receive(file, { ...source, sideFiles: sideFilesOf(source) }),
      );
      feeds.set(source.name, feed);
    }),
  );

  const mailboxes =
    parts.mailboxes &&
    startMailboxes(parts.mailboxes, {
      ...{ store, log, now, at, backoff: config.retry },
      next: () => wake('decide', 'acknowledge', 'alerts', 'render', ...channelsOf(config)),
    });

  const retention = startRetention(
    config.sources.map((source) => ({
      name: source.name,
      ...foldersOf(config, source),
      ...source.retention,
    })),
    { store, log, now },
  );

  // A command writes to the same store: look for what it asks.
  let counter = store.changeCounter();
  const watch = setInterval(() => {
    const seen = store.changeCounter();
    if (seen === counter) return;
    counter = seen;
    for (const loop of loops.values()) loop.wake();
  }, WATCH_MS);

  const sources = config.sources.length + config.listeners.length;
  notifySystemd('READY=1', `STATUS=${sources} source(s), ${lanes.length} canal(aux)`);
  log.info('ready', { pid: process.pid, count: sources });

  return {
    async stop() {
      notifySystemd('STOPPING=1');
      clearInterval(watch);
      // While the stages still work: an application acknowledgement waits for its interpretation.
      await Promise.all([
        listeners.stop(),
        retention.stop(),
        mailboxes?.stop(),
        ...[...feeds.values()].map((feed) => feed.stop()),
      ]);
      await Promise.all([...loops.values()].map((loop) => loop.stop()));
      await Promise.all([renderer.stop(), ...lanes.map((lane) => lane.stop())]);
      await workers.close();
      await directory.stop();
      await store.close();
      log.info('stopped');
    },
  };
}

interface AdapterParts extends Pick<DaemonParts, 'dmp' | 'mssante'> {
  readonly workers: ReturnType<typeof startWorkers>;
  readonly now: () => number;
  readonly log: Log;
}

/** A channel whose CPU work (signature, archive) runs in the workers. */
function adapterOf(name: Channel, { dmp, mssante, workers, now, log }: AdapterParts): ChannelAdapter {
  if (name === 'dmp') {
    if (!dmp) throw new Error('a lane without its channel');
    const channel = createDmpChannel(dmp, { now, uuid: randomUUID, log });
    return { ...channel, prepare: (job) => workers.lot(job, now()) };
  }
  if (!mssante) throw new Error('a lane without its channel');
  return { ...createMssanteChannel(mssante, name, { now }), prepare: (job) => workers.mail(job, now()) };
}
