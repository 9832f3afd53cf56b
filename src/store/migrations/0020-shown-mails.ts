/** What a mail says counts where it is read in the mailbox that sent, even when people's own mailbox had given it before. */
export const shownMails = `
-- 1: read in a mailbox that people read, where it changed nothing.
ALTER TABLE mail ADD COLUMN only_shown INTEGER NOT NULL DEFAULT 0;
`;
