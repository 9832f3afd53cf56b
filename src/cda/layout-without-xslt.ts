/**
 * What lays a ClinicalDocument out where no XSLT runs: which elements show, and as what. Colours and measures are the
 * laboratory's CSS, which follows it and names CDA elements beside those of HTML (`paragraph` beside `p`).
 *
 * Rows are grids because CSS has no colspan: a cell over all columns takes as many tracks as it says. All rows of a
 * table have the same width and tracks, hence aligned columns.
 */
export const LAYOUT_WITHOUT_XSLT = `
@namespace c "urn:hl7-org:v3";
@namespace d "urn:asip-sante:ci-sis";
@namespace h "http://www.w3.org/1999/xhtml";
@namespace x "http://www.w3.org/1999/XSL/Transform";
x|stylesheet, x|transform { display: flex; flex-direction: column }
x|stylesheet > *, x|transform > * { display: none }
h|div.sans-xslt, d|Contenu, c|ClinicalDocument, c|structuredBody { display: block }
h|div.debut { order: -1 }
h|div.fin { order: 1 }
c|ClinicalDocument > *, c|section > * { display: none }
c|ClinicalDocument > c|component, c|structuredBody > c|component, c|section, c|section > c|title, c|section > c|text,
c|section > c|component { display: block }
c|paragraph, c|list { display: block }
c|item { display: list-item }
c|list[listType=ordered] > c|item { list-style-type: decimal }
c|br::before { content: "\\A"; white-space: pre }
c|sub { vertical-align: sub; font-size: .8em }
c|sup { vertical-align: super; font-size: .8em }
c|table { display: table; border-spacing: 0 }
c|caption { display: table-caption }
c|thead { display: table-header-group }
c|tbody { display: table-row-group }
c|tfoot { display: table-footer-group }
c|tr { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr) }
c|th, c|td { display: block; min-width: 0; width: auto !important }
${[2, 3, 4, 5, 6, 7, 8].map((n) => `c|td[colspan="${n}"], c|th[colspan="${n}"] { grid-column: span ${n} }`).join('\n')}
c|renderMultiMedia { max-width: 100% }
`;
