import type { Fault } from '../report/fault.ts';

/** Every expected failure of pdf/, in French. `what` names a file, a key or an attachment's rank, never a patient. */
export const faults = {
  themeUnreadable: (what: string): Fault => ({
    code: 'PDF_THEME_UNREADABLE',
    cause: `Le thème du PDF ne peut pas être lu : ${what}.`,
    hint: 'Vérifiez que le fichier existe dans le dossier des feuilles de style et que le service a le droit de le lire.',
    position: what,
  }),
  themeInvalid: (position: string, problem: string): Fault => ({
    code: 'PDF_THEME_INVALID',
    cause: `Le thème du PDF est incorrect (${position}) : ${problem}`,
    hint: 'Corrigez cette clé ; le fichier livré avec crbio montre chaque clé avec une valeur correcte.',
    position,
  }),
  fontInvalid: (file: string): Fault => ({
    code: 'PDF_FONT_INVALID',
    cause: `La police ${file} n’est pas un fichier TrueType utilisable.`,
    hint: 'Donnez un fichier .ttf à contours TrueType (ni .otf, ni .ttc), de 8 Mo au plus, dont la licence permet l’incorporation.',
    position: file,
  }),
  logoInvalid: (file: string): Fault => ({
    code: 'PDF_LOGO_INVALID',
    cause: `Le logo ${file} n’est pas une image PNG utilisable.`,
    hint: 'Enregistrez le logo en PNG, 8 bits par couleur, sans entrelacement, 4 millions de points au plus.',
    position: file,
  }),
  attachmentEncrypted: (which: string): Fault => ({
    code: 'PDF_ATTACHMENT_ENCRYPTED',
    cause: `Le PDF reçu (${which}) est protégé par un mot de passe ou des restrictions.`,
    hint: 'Demandez à qui l’a établi un PDF sans protection, puis rejouez le dossier.',
    position: which,
  }),
  attachmentSigned: (which: string): Fault => ({
    code: 'PDF_ATTACHMENT_SIGNED',
    cause: `Le PDF reçu (${which}) porte une signature électronique, que l’ajout de ses pages détruirait.`,
    hint: 'Demandez à qui l’a établi un PDF sans signature, ou transmettez ce dossier vous-même.',
    position: which,
  }),
  attachmentDamaged: (which: string): Fault => ({
    code: 'PDF_ATTACHMENT_DAMAGED',
    cause: `Le PDF reçu (${which}) est endommagé ou incomplet.`,
    hint: 'Demandez un nouvel envoi à qui l’a établi, puis rejouez le dossier.',
    position: which,
  }),
  attachmentTooLarge: (which: string): Fault => ({
    code: 'PDF_ATTACHMENT_TOO_LARGE',
    cause: `Le PDF reçu (${which}) est trop volumineux pour être joint.`,
    hint: 'Demandez à qui l’a établi un PDF de 64 Mo et 500 pages au plus.',
    position: which,
  }),
  attachmentChanged: (which: string): Fault => ({
    code: 'PDF_ATTACHMENT_CHANGED',
    cause: `Les pages du PDF reçu (${which}) ne sont plus les mêmes une fois converties ou jointes au compte rendu.`,
    hint: 'Comparez le PDF reçu et demandez à qui l’a établi un fichier PDF/A-1, puis rejouez le dossier.',
    position: which,
  }),
  sourcePdfOther: (missing: readonly string[]): Fault => ({
    code: 'PDF_SOURCE_OTHER',
    cause: `Le PDF du SGL ne porte pas ce que dit le message : ${missing.join(', ')}.`,
    hint: 'Vérifiez dans le SGL que ce PDF est bien celui de ce patient et de ce dossier, puis renvoyez le message.',
  }),
  sourcePdfPage: (page: number): Fault => ({
    code: 'PDF_SOURCE_PAGE_OTHER',
    cause: `La page ${page} du PDF du SGL ne nomme ni le patient ni le dossier.`,
    hint: 'Vérifiez que cette page appartient bien au dossier ; chaque page doit porter le nom du patient ou le numéro du dossier.',
    position: `page ${page}`,
  }),
  sourcePdfIns: (): Fault => ({
    code: 'PDF_SOURCE_INS',
    cause: 'Le PDF du SGL porte un matricule INS alors que l’identité n’est pas qualifiée.',
    hint: 'Qualifiez l’identité, ou faites éditer par le SGL un PDF sans matricule, puis renvoyez le message.',
  }),
  pictureUnreadable: (which: string, mediaType: string): Fault => ({
    code: 'PDF_IMAGE_UNREADABLE',
    cause: `L’image ${which} (${mediaType}) ne peut pas être imprimée : endommagée, trop grande ou d’un codage non admis.`,
    hint: 'Exportez-la du SGL en PNG, en JPEG (gris ou couleurs, non CMJN) ou en GIF sans animation, 4 millions de points au plus, puis renvoyez le message.',
    position: which,
  }),
  tooManyPictures: (most: number): Fault => ({
    code: 'PDF_IMAGES_TOO_MANY',
    cause: `Le compte rendu porte plus de ${most} images.`,
    hint: 'Réduisez le nombre d’images dans le SGL, puis renvoyez le message.',
  }),
  toolMissing: (tool: string): Fault => ({
    code: 'PDF_TOOL_MISSING',
    cause: `Le programme ${tool}, nécessaire pour reprendre un PDF reçu, est introuvable.`,
    hint: 'Installez les paquets qpdf, poppler-utils et ghostscript, puis rejouez le dossier.',
  }),
  toolFailed: (tool: string): Fault => ({
    code: 'PDF_TOOL_FAILED',
    cause: `Le programme ${tool} n’a pas pu traiter le PDF dans le temps imparti.`,
    hint: 'Rejouez le dossier ; si l’échec se répète, demandez à qui l’a établi un PDF plus simple.',
  }),
  notPdfA: (problem: string): Fault => ({
    code: 'PDF_NOT_PDFA',
    cause: `Le PDF ne peut pas se dire PDF/A-1 : ${problem}.`,
    hint: 'Conservez le fichier et signalez-le : le compte rendu n’est pas parti.',
  }),
} as const;
