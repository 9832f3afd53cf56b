import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import { isLoopback } from '../config/listener.ts';
import type { Config } from '../config.ts';
import { checkServerCertificate } from '../ops/certificates.ts';
import { codeOf } from '../ops/codes.ts';
import { type ListenerSettings, listenersOf } from '../settings.ts';

interface ListenerFinding {
  readonly check: string;
  readonly level: 'ok' | 'warning' | 'error';
  readonly text: string;
  /** The machine is at fault, not a file of the laboratory. */
  readonly environment?: true;
}

/** Of each listener: its port, its certificate, and whether patients' data would cross the network in clear. */
export async function checkListeners(config: Config): Promise<ListenerFinding[]> {
  const listeners = listenersOf(config);
  if (listeners.every((one): one is ListenerSettings => 'port' in one)) {
    const findings = await Promise.all(listeners.map(checkOne));
    return findings.flat();
  }
  return listeners.flatMap((fault) =>
    'cause' in fault
      ? [{ check: 'listeners', level: 'error', text: `${fault.cause} — ${fault.hint} [${fault.code}]` }]
      : [],
  );
}

async function checkOne(listener: ListenerSettings): Promise<ListenerFinding[]> {
  const { name, host, tls } = listener;
  const check = `listeners.${name}`;
  const clear: ListenerFinding[] =
    tls || isLoopback(host)
      ? []
      : [
          {
            check,
            level: 'warning',
            text: `sans TLS : les résultats passent en clair sur le réseau (${host})`,
          },
        ];
  return [await checkPort(check, listener), ...clear, ...(tls ? checkTls(`${check}.tls`, tls) : [])];
}

function checkPort(check: string, { host, port }: ListenerSettings): Promise<ListenerFinding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => {
      const code = codeOf(error);
      // The daemon at work has it, most often.
      if (code === 'EADDRINUSE')
        resolve({
          check,
          level: 'warning',
          text: `${host}:${port} déjà ouvert : par le démon, s’il est en marche`,
        });
      else resolve({ check, level: 'error', text: `${host}:${port} : ${code}`, environment: true });
    });
    server.listen({ host, port, exclusive: true }, () =>
      server.close(() => resolve({ check, level: 'ok', text: `${host}:${port} libre` })),
    );
  });
}

function checkTls(check: string, tls: NonNullable<ListenerSettings['tls']>): ListenerFinding[] {
  const findings = checkServerCertificate(Buffer.from(tls.certificate), Buffer.from(tls.key), Date.now());
  try {
    if (tls.clientAuthorities !== undefined) createSecureContext({ ca: tls.clientAuthorities });
  } catch (error) {
    return [...findings, { level: 'error' as const, text: `clientAuthorities : ${codeOf(error)}` }].map(
      ({ level, text }) => ({ check, level, text }),
    );
  }
  return findings.map(({ level, text }) => ({ check, level, text }));
}
