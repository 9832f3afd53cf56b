import { type Node, readDocument } from './conformance/read.ts';
import { footerBlock, headerBlock } from './header-block.ts';
import { LAYOUT_WITHOUT_XSLT } from './layout-without-xslt.ts';
import type { Markup } from './xhtml.ts';
import { escapeXml, h } from './xhtml.ts';

/**
 * What a browser shows when it runs no XSLT (they are dropping it): the file is then plain XML, whose XHTML elements
 * and `style` still render. The narrative is laid out where it stands by CSS alone; what CSS cannot say of the header's
 * attributes and of the attached documents stands in XHTML blocks. XSLT processors ignore it all: top-level elements
 * of another namespace (XSLT 1.0 §2.2).
 * @param cda the ClinicalDocument, from its start tag on
 * @param css the laboratory's, the very one of its stylesheet
 */
export function viewWithoutXslt(cda: Buffer, css: string): string {
  const document = header(cda);
  if (!document) return '';
  const media = mediaOf(cda);
  const blocks = [
    h('div', { class: 'sans-xslt debut' }, headerBlock(document)),
    h('div', { class: 'sans-xslt fin' }, attached(media.filter(isPdf)), footerBlock(document)),
  ];
  // The blocks inherit the prefix; style comes first so that nothing is ever shown without it.
  return `<h:style xmlns:h="${XHTML}">${escapeXml(LAYOUT_WITHOUT_XSLT + css + images(media))}</h:style>
${blocks.map(({ xml }) => xml.replace('<h:div', `<h:div xmlns:h="${XHTML}"`)).join('\n')}
`;
}

const XHTML = 'http://www.w3.org/1999/xhtml';

/** Everything before the body, which holds no `component`; the body, base64 included, is not read. */
function header(cda: Buffer): Node | undefined {
  const end = cda.indexOf('<component>');
  if (end < 0) return undefined;
  const read = readDocument(Buffer.concat([cda.subarray(0, end), Buffer.from('</ClinicalDocument>')]));
  return typeof read === 'string' ? undefined : read.root;
}

/** An image or a document held as base64 by an observationMedia. */
interface Media {
  readonly id: string;
  readonly mediaType: string;
  readonly base64: string;
  /** Title of the section that holds it. */
  readonly title: string;
}

const isPdf = ({ mediaType }: Media): boolean => mediaType === 'application/pdf';

/** Base64 is found by its ends: with subcontracted PDFs it may be many megabytes, which no pattern should walk. */
function mediaOf(cda: Buffer): Media[] {
  const found: Media[] = [];
  for (let from = cda.indexOf(OPENING); from >= 0; from = cda.indexOf(OPENING, from + 1)) {
    const until = cda.indexOf('</observationMedia>', from);
    const value = cda.indexOf('<value ', from);
    const start = cda.indexOf('>', value) + 1;
    if (value < 0 || until < 0 || value > until) continue;
    const id = /\sID="([\w.-]+)"/.exec(cda.toString('latin1', from, cda.indexOf('>', from)))?.[1];
    const mediaType = /\smediaType="([\w.+/-]+)"/.exec(cda.toString('latin1', value, start))?.[1];
    const base64 = cda.toString('latin1', start, cda.indexOf('<', start)).replace(/\s+/g, '');
    if (id === undefined || mediaType === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) continue;
    found.push({ id, mediaType, base64, title: titleBefore(cda, from) });
  }
  return found;
}

const OPENING = '<observationMedia ';

function titleBefore(cda: Buffer, position: number): string {
  const start = cda.lastIndexOf('<title>', position) + '<title>'.length;
  const title = cda.toString('utf8', start, cda.indexOf('</title>', start));
  return title
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
}

/** Images show in their place in the narrative: without XSLT and script, only `content` can put one there. */
function images(media: readonly Media[]): string {
  return media
    .filter(({ mediaType }) => ['image/png', 'image/jpeg', 'image/gif'].includes(mediaType))
    .map(
      ({ id, mediaType, base64 }) =>
        `\nrenderMultiMedia[referencedObject="${id}"]{content:url("data:${mediaType};base64,${base64}")}`,
    )
    .join('');
}

/**
 * A link holds its PDF a second time, since nothing but XSLT or script can make one of the document's own base64.
 * Beyond this, in characters of base64 for all links together, a document says where its PDF is instead.
 */
const MAX_LINKED = 2 * 1024 * 1024;

function attached(pdfs: readonly Media[]): Markup | undefined {
  if (pdfs.length === 0) return undefined;
  let left = MAX_LINKED;
  // The copy of the whole stands last in the document and matters most.
  const links = pdfs.toReversed().map(({ id, title, base64 }) => {
    if (base64.length > left) {
      return h(
        'li',
        {},
        `${title} : PDF trop volumineux pour être ouvert d’ici ; il est contenu dans ce document.`,
      );
    }
    left -= base64.length;
    const link = h(
      'a',
      { class: 'piece', download: `${id}.pdf`, href: `data:application/pdf;base64,${base64}` },
      'Ouvrir le PDF',
    );
    return h('li', {}, `${title} : `, link);
  });
  return h('ul', { class: 'pieces' }, links);
}
