import { z } from 'zod';
import { isNetwork, subjectPattern } from '../intake/mllp/peers.ts';
import { keyPair } from './key-pair.ts';
import { profileKeys } from './source.ts';

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** A port on which a source sends its messages (MLLP). */
export const listener = z
  .object({
    ...profileKeys,
    host: z.string().min(1).default('127.0.0.1'),
    port: z.number().int().min(0).max(65_535),
    allowedPeers: z
      .array(z.string().refine(isNetwork, 'adresse ou réseau attendu, par exemple 10.1.2.3 ou 10.1.0.0/16'))
      .default([]),
    tls: z
      .object({
        server: keyPair,
        clientAuthorities: z.string().min(1).optional(),
        clientSubjects: z
          .array(
            z
              .string()
              .refine(
                (text) => subjectPattern(text) !== undefined,
                'sujet attendu, par exemple CN=sgl, O=LABO',
              ),
          )
          .default([]),
      })
      .strict()
      .refine((tls) => tls.clientSubjects.length === 0 || tls.clientAuthorities !== undefined, {
        path: ['clientSubjects'],
        message: 'clientSubjects demande clientAuthorities',
      })
      .optional(),
    /** A SGL has one connection or a few; more is an error or an attack. */
    maxConnections: z.number().int().min(1).max(1_000).default(32),
    /** An hour: a SGL that keeps its connection may be silent for long, a dead peer must end. */
    idleMs: z.number().int().min(1_000).max(86_400_000).default(3_600_000),
    /** Two minutes for the largest message on a slow link. */
    frameMs: z.number().int().min(1_000).max(3_600_000).default(120_000),
  })
  .strict()
  .refine(
    ({ host, allowedPeers, tls }) =>
      LOOPBACK.test(host) || allowedPeers.length > 0 || tls?.clientAuthorities !== undefined,
    {
      path: ['host'],
      message: 'hors de cette machine, dire qui peut se connecter : allowedPeers ou tls.clientAuthorities',
    },
  );

/** True when what passes stays on this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
