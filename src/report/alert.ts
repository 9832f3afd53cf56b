/**
 * What a person of the laboratory has to be told, that no stage can settle by itself. One sentence for what happened, one
 * for what to do, in French; none holds anything of a patient. docs/errors.md lists the kinds.
 */
export const ALERTS = {
  'annonce-14-jours': {
    what: 'masqué au patient depuis 14 jours, sans consultation d’annonce enregistrée',
    todo: 'inviter le patient à consulter ; l’annonce faite : crbio report unmask --patient',
  },
  'annonce-30-jours': {
    what: 'déposé depuis 30 jours : visible de droit par le patient, même sans consultation d’annonce',
    todo: 'vérifier que l’annonce est faite, puis crbio report unmask --patient ; rien ne part et rien n’est masqué sans cet acte',
  },
  'identite-gelee': {
    what: 'l’identité du patient ne permet plus la diffusion de ce compte rendu : INS déqualifiée, retirée ou différente, identité douteuse, ou traits changés',
    todo: 'identitovigilance : corriger l’identité à la source (ADT) ; ce que personne n’a reçu repart alors de lui-même, le reste quand le SGL renvoie le compte rendu corrigé. Ce qui est déjà remis sous une INS fausse est à faire supprimer',
  },
  'depot-incertain': {
    what: 'issue d’un dépôt au DMP inconnue depuis une heure : le DMP ne répond pas à la recherche du document, et une version suivante de ce compte rendu peut attendre sa réponse',
    todo: 'vérifier l’accès au DMP (crbio check, crbio queue) ; crbio queue retry demande tout de suite ; crbio queue cancel renonce à l’envoi, la recherche seule continue',
  },
  'retrait-non-abouti': {
    what: 'le retrait d’un compte rendu n’a pas abouti : son document ne peut pas être fait, ou une destination l’a refusé ; qui l’avait le voit encore',
    todo: 'crbio report show dit où et pourquoi ; corriger, puis crbio queue retry ; sinon faire supprimer le document dans le DMP, ou prévenir le destinataire',
  },
  'version-restee-au-dmp': {
    what: 'un remplacement que le SGL exclut du DMP (DESTDMP à N) y laisse la version précédente, toujours visible',
    todo: 'si elle ne doit pas y rester : faire exporter le remplacement avec DESTDMP à O, ou une demande de suppression (crbio report withdraw le retire partout) ; sinon crbio alerts close',
  },
  'numero-message-repris': {
    what: 'un numéro de message (MSH-10) déjà reçu est revenu avec un autre contenu : refusé, rien n’en est publié',
    todo: 'demander à l’éditeur du SGL pourquoi ses numéros se répètent, faire renvoyer ; crbio quarantine list montre le message',
  },
  'antivirus-indisponible': {
    what: 'l’antivirus ne répond pas : les messages qui portent un document attendent, rien n’en est ouvert ni publié',
    todo: 'remettre l’antivirus en marche (crbio check --reach le joint) ; ce qui attend repart alors de lui-même',
  },
  'dossier-bloque': {
    what: 'un dossier d’export, ou l’un de ses sous-dossiers, ne peut plus être relevé : disque plein, dossier d’archive en lecture seule, partage absent ou illisible ; les fichiers y restent, rien n’est perdu',
    todo: 'lire le code de folder-blocked dans le journal du service : faire de la place, remonter le partage, ou rendre les droits sur les dossiers de la source (crbio check) ; le relevé reprend alors de lui-même',
  },
  'reponses-bloquees': {
    what: 'des réponses à un partenaire (dossier answers d’une source) ne peuvent pas être écrites depuis une heure ; les comptes rendus n’en dépendent pas',
    todo: 'rétablir le dossier et ses droits (answer-failed, dans le journal du service, dit la cause) ; ENOTDIR, EEXIST, EISDIR : retirer ce qui porte le nom d’une réponse ou de son sous-dossier. Elles partent alors d’elles-mêmes',
  },
  'accuses-sans-destinataire': {
    what: 'l’émetteur d’un document reçu tout rédigé demande à savoir ce qu’il en advient (accusés ZAM), et rien ne dit où le lui répondre : les accusés attendent',
    todo: 'donner à la source son destinataire (acknowledgements) : ce qui attend part alors ; sinon faire retirer la demande (ACK_RECEPTION) par l’émetteur, puis crbio alerts close',
  },
  'sous-traitance-en-attente': {
    what: 'un examen confié à un autre laboratoire n’est pas rendu dans le délai prévu : le compte rendu reste partiel',
    todo: 'relancer le laboratoire sous-traitant ; l’examen abandonné ou rendu autrement, le dire dans le SGL et exporter de nouveau',
  },
  'sous-traitance-sans-dossier': {
    what: 'un résultat de laboratoire sous-traitant attend le dossier de sa demande, qui n’est pas venu dans le délai prévu',
    todo: 'vérifier le numéro de demande qu’il porte et l’export du dossier par le SGL ; le dossier venu, le résultat le rejoint de lui-même',
  },
  'sous-traitance-annulee': {
    what: 'un laboratoire sous-traitant a rendu un examen que le SGL a annulé : ni son résultat ni son document ne sont publiés',
    todo: 'vérifier l’annulation ; si le résultat vaut, demander de nouveau l’examen dans le SGL et exporter le dossier, qu’il rejoint alors de lui-même ; sinon crbio alerts close',
  },
  'courriel-non-distribue': {
    what: 'un courriel pris en charge par l’opérateur est revenu : son destinataire ne l’a pas reçu',
    todo: 'crbio report show dit qui et pourquoi ; corriger la fiche du correspondant ou remettre le compte rendu autrement, puis crbio queue retry',
  },
  'courriel-non-integre': {
    what: 'le logiciel du destinataire a reçu un compte rendu et n’a pas pu l’intégrer',
    todo: 'crbio report show donne le code (902 : patient inconnu chez lui…) ; prévenir le destinataire, corriger l’identité s’il y a lieu ; rien n’est renvoyé de soi-même',
  },
  'courrier-recu': {
    what: 'un courriel est arrivé dans la boîte du laboratoire, qu’aucun traitement ne règle : la lettre d’une personne, ou un avis qui ne se rattache à rien',
    todo: 'le lire (crbio mail show) et y répondre depuis la messagerie ; puis crbio alerts close',
  },
  'courrier-refuse': {
    what: 'le serveur de messagerie ne donne pas un courriel de la boîte du laboratoire, malgré plusieurs essais',
    todo: 'l’ouvrir dans la messagerie, où il est resté non lu ; les autres courriels sont relevés',
  },
  'boite-injoignable': {
    what: 'la boîte MSSanté du laboratoire ne peut plus être relevée : avis de non-distribution et accusés de lecture n’arrivent plus',
    todo: 'crbio check --reach dit pourquoi ; les envois ne sont pas touchés, et le relevé reprend de lui-même',
  },
} as const satisfies Record<string, { readonly what: string; readonly todo: string }>;

export type AlertKind = keyof typeof ALERTS;
