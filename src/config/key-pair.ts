import { z } from 'zod';

/** A certificate with its private key, as a configuration names them: PEM files, or a PKCS#12 with its password. */
export const keyPair = z.union(
  [
    z.object({ certificate: z.string().min(1), key: z.string().min(1) }).strict(),
    z.object({ pkcs12: z.string().min(1), password: z.string().min(1) }).strict(),
  ],
  { error: 'certificate et key (PEM), ou pkcs12 et password, attendus' },
);
