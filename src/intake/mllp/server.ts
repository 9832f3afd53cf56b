import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Fault } from '../../report/fault.ts';
import { Connection, type ConnectionHandler, type ConnectionLimits } from './connection.ts';
import { mllpFault } from './faults.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { addressFilter, isAllowedSubject, type SubjectPattern } from './peers.ts';

export interface ListenerTls {
  /** PEM: leaf first. */
  readonly certificate: string;
  readonly key: string;
  /** PEM of those who sign the clients; absent: clients need no certificate. */
  readonly clientAuthorities?: string;
  /** One of them must match the client's subject; empty: any that the authorities vouch for. */
  readonly clientSubjects: readonly SubjectPattern[];
}

export interface ListenerOptions extends ConnectionLimits {
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
  readonly allowedPeers: readonly string[];
  readonly tls?: ListenerTls;
}

/** Why a peer was turned away. */
export type Refusal = 'PEER_ADDRESS' | 'PEER_CERTIFICATE' | 'PEER_SUBJECT' | 'PEER_TOO_MANY';

export interface ListenerHandler extends ConnectionHandler {
  /** @param address of the peer, when known */
  refused(why: Refusal, address: string | undefined): void;
}

export interface Listener {
  /** The port in use; the one chosen by the system when 0 was asked for. */
  readonly port: number;
  /** Takes no more connections, answers what is in hand on each, closes. */
  stop(): Promise<void>;
}

/** A handshake is a few packets; longer is no client of ours. */
const HANDSHAKE_MS = 10_000;

/**
 * Listens for MLLP peers.
 * @returns a fault when the address cannot be had or the certificates are unusable
 */
export async function listenMllp(
  options: ListenerOptions,
  handler: ListenerHandler,
  budget: MemoryBudget,
): Promise<Listener | Fault> {
  const connections = new Set<Connection>();
  const isAllowed = addressFilter(options.allowedPeers);

  const accept = (socket: Socket) => {
    const connection = new Connection(socket, handler, options, budget);
    connections.add(connection);
    void connection.closed.then(() => connections.delete(connection));
  };
  const filter = (socket: Socket): boolean => {
    const address = socket.remoteAddress;
    if (address !== undefined && isAllowed(address)) return true;
    handler.refused('PEER_ADDRESS', address);
    socket.destroy();
    return false;
  };

  let server: Server;
  try {
    server = options.tls
      ? secureServer(options.tls, handler, filter, accept)
      : createServer({ allowHalfOpen: true }, (socket) => {
          if (filter(socket)) accept(socket);
        });
  } catch (error) {
    return mllpFault('MLLP_TLS', undefined, codeOf(error));
  }
  server.maxConnections = options.maxConnections;
  server.on('drop', (data) => handler.refused('PEER_TOO_MANY', data?.remoteAddress));

  const failed = await new Promise<Fault | undefined>((resolve) => {
    server.once('error', (error) => resolve(mllpFault('MLLP_ADDRESS', undefined, codeOf(error))));
    server.listen({ host: options.host, port: options.port }, () => resolve(undefined));
  });
  if (failed) return failed;
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : options.port,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...connections].map((connection) => connection.stop()));
      await closed;
    },
  };
}

function secureServer(
  tls: ListenerTls,
  handler: ListenerHandler,
  filter: (socket: Socket) => boolean,
  accept: (socket: TLSSocket) => void,
): Server {
  const server = createTlsServer(
    {
      cert: tls.certificate,
      key: tls.key,
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_MS,
      allowHalfOpen: true,
      ...(tls.clientAuthorities === undefined
        ? {}
        : { ca: tls.clientAuthorities, requestCert: true, rejectUnauthorized: true }),
    },
    (socket) => {
      const subject = socket.getPeerCertificate().subject ?? {};
      if (tls.clientAuthorities === undefined || isAllowedSubject(tls.clientSubjects, { ...subject })) {
        accept(socket);
        return;
      }
      handler.refused('PEER_SUBJECT', socket.remoteAddress);
      socket.destroy();
    },
  );
  // Before the handshake: an address that is not allowed learns nothing.
  server.prependListener('connection', filter);
  server.on('tlsClientError', (error, socket) => {
    const address = socket.remoteAddress;
    // Gone without a word, or closed by the filter: nothing is wrong with its certificate.
    if (address === undefined && codeOf(error) === 'ECONNRESET') return;
    handler.refused('PEER_CERTIFICATE', address);
  });
  return server;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'ERROR';
}
