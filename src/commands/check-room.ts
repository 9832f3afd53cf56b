import { statfsSync } from 'node:fs';
import { type Config, pathOf } from '../config.ts';
import { ROOM_BYTES } from '../pdf/command.ts';

interface RoomFinding {
  readonly check: string;
  readonly level: 'ok' | 'warning';
  readonly text: string;
}

const CHECK = 'place disque';
const MIB = 1024 * 1024;

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * Whether the data folder, where PDFs are worked on, has the room below which no refusal of one is believed: on a disk that
 * never has it, a damaged document would be tried for ever. Only a warning: the service starts and sends what needs none.
 * @param freeBytes room in a folder; throws the system's error where there is no folder
 */
export function checkRoom(config: Config, freeBytes = freeBytesOf): RoomFinding[] {
  const path = pathOf(config, config.data);
  let free: number;
  try {
    free = freeBytes(path);
  } catch {
    // The check of the folders says why.
    return [];
  }
  const room = `${path} : ${Math.floor(free / MIB)} Mio libres`;
  if (free >= ROOM_BYTES) return [{ check: CHECK, level: 'ok', text: room }];
  const wanted = ROOM_BYTES / MIB;
  return [
    {
      check: CHECK,
      level: 'warning',
      text: `${room}, il en faut ${wanted} : sans cette place les PDF joints restent en attente. Libérer de la place, agrandir le disque, ou mettre data sur un autre`,
    },
  ];
}
