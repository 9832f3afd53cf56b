import { initial } from './0001-initial.ts';

/** In order, append-only: migration n takes the file from `user_version` n - 1 to n. */
export const MIGRATIONS: readonly string[] = [initial];
