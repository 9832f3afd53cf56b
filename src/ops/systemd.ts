import { execFile } from 'node:child_process';

/**
 * Tells systemd a state of the service (sd_notify). Node has no Unix datagram sockets, so the `systemd-notify` command
 * speaks for us (NotifyAccess=all); `--no-block` because its default waits five seconds for a barrier.
 * Does nothing when the process was not started by systemd.
 */
export function notifySystemd(...assignments: string[]): void {
  if (!process.env.NOTIFY_SOCKET) return;
  execFile('systemd-notify', ['--no-block', ...assignments], () => {
    // A failed notification leaves the unit to its start time-out, which says so in the system's journal.
  });
}
