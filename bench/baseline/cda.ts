/** What the templates below print; already text. */
export interface Line {
  readonly code: string;
  readonly loinc: string;
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly range: string;
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A CDA by string templates: one section, a table, an entry a result, the PDF in base64. No header to speak of, no rules. */
export function cdaTemplate(patient: string, lines: readonly Line[], pdf: Uint8Array): Buffer {
  const rows = lines.map(
    (line, n) =>
      `<tr><td ID="r${n}">${escaped(line.label)}</td><td>${escaped(line.value)} ${escaped(line.unit)}</td><td>${escaped(line.range)}</td></tr>`,
  );
  const entries = lines.map(
    (line, n) =>
      `<entry><observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.3.1.6"/><code code="${line.loinc}" codeSystem="2.16.840.1.113883.6.1" displayName="${escaped(line.label)}"/>` +
      `<text><reference value="#r${n}"/></text><statusCode code="completed"/><value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="PQ" value="${escaped(line.value)}" unit="${escaped(line.unit)}"/>` +
      `<referenceRange><observationRange><text>${escaped(line.range)}</text></observationRange></referenceRange></observation></entry>`,
  );
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole><patient><name>${escaped(patient)}</name></patient></patientRole></recordTarget>` +
      `<component><structuredBody><component><section><text><table><tbody>${rows.join('')}</tbody></table></text>${entries.join('')}</section></component>` +
      `<component><section><entry><observationMedia classCode="OBS" moodCode="EVN"><value mediaType="application/pdf" representation="B64">${Buffer.from(pdf).toString('base64')}</value></observationMedia></entry></section></component>` +
      `</structuredBody></component></ClinicalDocument>`,
    'utf8',
  );
}
