import type { Command } from 'commander';
import type { MailListOptions, MailShowOptions } from '../commands/mail.ts';
import { command, exit, group, output } from './command.ts';

/** What came back to the laboratory's mailboxes. */
export function mailCommands(crbio: Command): void {
  const mail = group(crbio, 'mail', 'ce qui est revenu dans les boîtes MSSanté du laboratoire');
  command(mail, 'list', 'avis, accusés et lettres, le plus récent d’abord', 'crbio mail list')
    .option('--report <ID>', 'seulement à propos de ce compte rendu')
    .action(async (options: MailListOptions) => {
      const { listMails } = await import('../commands/mail.ts');
      exit(await listMails(output, options));
    });
  command(mail, 'show <ID>', 'montre un courriel ; la consultation est journalisée', 'crbio mail show 12')
    .option('--out <FILE>', 'écrit le courriel tel quel dans un nouveau fichier')
    .action(async (id: string, options: MailShowOptions) => {
      const { showMail } = await import('../commands/mail.ts');
      exit(await showMail(output, options, id));
    });
}
