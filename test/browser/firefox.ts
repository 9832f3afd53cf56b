import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from './browser.ts';
import { PAGE_TEXTS, PAPER, textsIn } from './browser.ts';

/**
 * Firefox as Debian ships it, driven by Marionette, its own remote protocol: frames `length:[0, id, command, parameters]`
 * answered by `[1, id, error, result]` over a local socket.
 * @param executable path of `firefox-esr`
 * @param xslt false: as it will be once XSLT is removed
 */
export async function startFirefox(executable: string, xslt: boolean): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'crbio-firefox-'));
  writeFileSync(
    join(profile, 'user.js'),
    Object.entries({ ...PREFERENCES, 'dom.xslt.enabled': xslt })
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
      .join(''),
  );
  const firefox = spawn(executable, ['--headless', '--marionette', '--no-remote', '--profile', profile], {
    stdio: 'ignore',
    env: { ...process.env, HOME: profile },
  });
  const exited = once(firefox, 'exit');
  const close = async () => {
    firefox.kill();
    await exited;
    rmSync(profile, { recursive: true, maxRetries: 5 });
  };
  try {
    const { socket, greeting } = await connected(profile);
    const send = commands(socket, greeting);
    await send('WebDriver:NewSession', { acceptInsecureCerts: false });
    await send('WebDriver:SetWindowRect', { width: 1100, height: 900 });
    const value = async (command: string, parameters: object): Promise<unknown> =>
      ((await send(command, parameters)) as { value: unknown }).value;
    return {
      async open(url) {
        await send('WebDriver:Navigate', { url });
        const texts = textsIn(await value('WebDriver:ExecuteScript', { script: PAGE_TEXTS, args: [] }));
        const picture = await value('WebDriver:TakeScreenshot', { full: true });
        return { texts, picture: Buffer.from(String(picture), 'base64') };
      },
      async print() {
        return Buffer.from(String(await value('WebDriver:Print', PAPER)), 'base64');
      },
      async close() {
        socket.destroy();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Port 0: any free one. Nothing is looked for on the network. */
const PREFERENCES = {
  'marionette.port': 0,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage': 'about:blank',
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'app.normandy.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

/** Firefox writes the port in its profile once it listens. */
async function connected(profile: string): Promise<{ socket: Socket; greeting: Promise<Buffer> }> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const port = portIn(profile);
    if (port !== undefined) {
      const socket = connect(port, '127.0.0.1');
      const greeting = once(socket, 'data').then(([data]) => data as Buffer);
      await once(socket, 'connect');
      return { socket, greeting };
    }
    await delay(100);
  }
  throw new Error('Firefox did not open its remote port');
}

function portIn(profile: string): number | undefined {
  try {
    return Number(readFileSync(join(profile, 'MarionetteActivePort'), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** One command at a time, as the tests use it. */
function commands(socket: Socket, greeting: Promise<Buffer>) {
  let last = 0;
  let received = Buffer.alloc(0);
  let greeted = false;
  return async (command: string, parameters: object): Promise<unknown> => {
    if (!greeted) {
      await greeting;
      greeted = true;
    }
    const id = ++last;
    const frame = JSON.stringify([0, id, command, parameters]);
    socket.write(`${Buffer.byteLength(frame)}:${frame}`);
    for (;;) {
      const colon = received.indexOf(':');
      const length = colon < 0 ? Number.POSITIVE_INFINITY : Number(received.subarray(0, colon));
      if (received.length >= colon + 1 + length) {
        const answer = JSON.parse(received.subarray(colon + 1, colon + 1 + length).toString('utf8'));
        received = received.subarray(colon + 1 + length);
        const [, answered, error, result] = answer as [number, number, { message: string } | null, unknown];
        if (answered !== id) continue;
        if (error) throw new Error(`${command}: ${error.message}`);
        return result;
      }
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      received = Buffer.concat([received, chunk]);
    }
  };
}
