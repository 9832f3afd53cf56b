/**
 * What a browser shows when it runs no XSLT: the file is then plain XML, whose HTML elements still render and whose
 * `style` still applies. The narrative is laid out where it stands, header and entries are hidden, and a block that
 * stands last says where to look. XSLT processors ignore it all (top-level elements of other namespaces).
 */
export function viewWithoutXslt(cda: Uint8Array): string {
  // The title and the warning need nothing of the patient; the narrative is shown by the CSS alone.
  const version = /<versionNumber value="(\d+)"/.exec(
    Buffer.from(cda.subarray(0, 4096)).toString('utf8'),
  )?.[1];
  return `<h:style xmlns:h="http://www.w3.org/1999/xhtml">${CSS}</h:style>
<h:div xmlns:h="http://www.w3.org/1999/xhtml" class="sans-xslt">Compte rendu d'examens biologiques${
    version === undefined ? '' : `, version ${version}`
  }. Ce navigateur n'applique pas la mise en page du document : son texte est affiché sans elle. La copie PDF jointe fait foi pour la présentation.</h:div>
`;
}

/** Selectors are local names: they meet CDA elements of the default namespace. */
const CSS = `
@namespace c "urn:hl7-org:v3"; @namespace x "http://www.w3.org/1999/XSL/Transform"; @namespace h "http://www.w3.org/1999/xhtml";
h|style,x|*{display:none} x|stylesheet{display:block;font:15px/1.5 sans-serif;color:#1c2733;max-width:60em;margin:1.5em auto;padding:0 1em}
h|div.sans-xslt{display:block;margin-top:2em;padding:.8em 1em;border:1px solid #b8c4d0;background:#f4f7fa}
c|ClinicalDocument>*{display:none} c|ClinicalDocument>c|title,c|ClinicalDocument>c|component,c|ClinicalDocument>c|recordTarget{display:block}
c|ClinicalDocument>c|title{font-size:1.6em;font-weight:bold} c|patientRole>*{display:none} c|patientRole>c|patient{display:block}
c|patient>*{display:none} c|patient>c|name{display:block;font-weight:bold} c|name>*{margin-right:.6em}
c|section>c|title{display:block;font-size:1.2em;font-weight:bold;margin-top:1.2em;border-bottom:1px solid #b8c4d0}
c|section>c|code,c|section>c|templateId,c|entry{display:none}
c|text,c|paragraph,c|list{display:block;margin:.4em 0} c|item{display:list-item;margin-left:1.5em} c|br{display:block}
c|table{display:table;border-collapse:collapse;width:100%;margin:.6em 0} c|caption{display:table-caption;text-align:left;font-weight:bold}
c|thead{display:table-header-group} c|tbody{display:table-row-group} c|tr{display:table-row}
c|th,c|td{display:table-cell;border:1px solid #d5dde5;padding:.25em .5em;text-align:left} c|content[styleCode=Bold]{font-weight:bold}
`
  .trim()
  .replace(/>/g, '&gt;');
