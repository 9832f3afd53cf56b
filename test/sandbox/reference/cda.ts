/** A CDA header and a one-line body, enough for what a registry and a mailbox compare. */

export interface CdaFacts {
  readonly id: string;
  /** Local time with offset. */
  readonly effectiveTime: string;
  readonly start: string;
  readonly ins: string;
  readonly insOid: string;
  readonly replaces?: string;
}

export const TITLE = "Compte rendu d'examens biologiques";
export const LABEL = "CR d'examens biologiques";

export function cda({ id, effectiveTime, start, ins, insOid, replaces }: CdaFacts): string {
  const related =
    replaces === undefined
      ? ''
      : `<relatedDocument typeCode="RPLC"><parentDocument><id root="${replaces}"/></parentDocument></relatedDocument>`;
  const biologist = `<id root="1.2.250.1.71.4.2.1" extension="810000000001"/>`;
  const name = '<assignedPerson><name><family>MARTIN</family><given>Anne</given></name></assignedPerson>';
  const laboratory =
    '<id root="1.2.250.1.71.4.2.2" extension="1750000001"/><name>LABORATOIRE DES TILLEULS</name>';
  return `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <!-- a comment is part of the digest: é, <> -->
 <realmCode code="FR"/>
 <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
 <templateId root="1.2.250.1.213.1.1.1.55" extension="2024.01"/>
 <id root="${id}"/>
 <code code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="${LABEL}"/>
 <title>${TITLE}</title>
 <effectiveTime value="${effectiveTime}"/>
 <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25" displayName="Normal"/>
 <languageCode code="fr-FR"/>
 <recordTarget><patientRole>
  <id root="${insOid}" extension="${ins}"/>
  <id root="1.2.250.1.999.1.2" extension="P0001"/>
  <patient><name><family qualifier="BR">PAT-TROIS</family><given>DOMINIQUE MARIE-LOUISE</given><given qualifier="BR">DOMINIQUE</given></name>
   <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="19790328"/></patient>
 </patientRole></recordTarget>
 <author><time value="${effectiveTime}"/><assignedAuthor>${biologist}
  <code code="G15_21/G" codeSystem="1.2.250.1.213.1.1.4.5" displayName="Pharmacien biologiste"/>${name}
  <representedOrganization>${laboratory}</representedOrganization></assignedAuthor></author>
 <legalAuthenticator><time value="${effectiveTime}"/><signatureCode code="S"/><assignedEntity>${biologist}${name}</assignedEntity></legalAuthenticator>
 <documentationOf><serviceEvent><code code="18719-5" codeSystem="2.16.840.1.113883.6.1" displayName="Biochimie"/>
  <effectiveTime><low value="${start}"/></effectiveTime>
  <performer typeCode="PRF"><assignedEntity>${biologist}<representedOrganization>${laboratory}
   <standardIndustryClassCode code="AMBULATOIRE" codeSystem="1.2.250.1.213.1.1.4.9"/></representedOrganization></assignedEntity></performer>
 </serviceEvent></documentationOf>
 ${related}<componentOf><encompassingEncounter><effectiveTime nullFlavor="UNK"/><location><healthCareFacility>
  <code code="SA25" codeSystem="1.2.250.1.71.4.2.4"/></healthCareFacility></location></encompassingEncounter></componentOf>
 <component><structuredBody><component><section><title>Glycémie</title><text><![CDATA[5,1 < 6,1 mmol/L]]></text></section></component></structuredBody></component>
</ClinicalDocument>
`;
}

/** The self-presenting form: a stylesheet that holds the document. */
export function selfPresenting(document: string): string {
  const inner = document.replace(/^<\?xml[^>]*\?>\s*/, '');
  return `<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="#"?>
<!-- before -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:data="urn:asip-sante:ci-sis" xmlns:c="urn:hl7-org:v3" exclude-result-prefixes="data c">
 <data:Contenu>${inner}</data:Contenu>
 <xsl:template match="/"><html><xsl:value-of select="//c:title"/></html></xsl:template>
</xsl:stylesheet>
<?after the="root"?>
`;
}
