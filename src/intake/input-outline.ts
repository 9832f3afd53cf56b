import { isHprimSante } from './hprim/delimiters.ts';

/** What an input is, without a word of what it says of a patient. */
export interface InputOutline {
  /** French: `message HL7 v2`. */
  readonly format: string;
  /** French, in the order in which they are shown. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
}

/** Messages that are told one by one. */
const MAX_TOLD = 20;
/** Of an input of no known format: what is looked at. */
const HEAD = 64;

/**
 * Tells an input by its own bytes, whatever its name: nothing is opened, decoded or executed. Of HL7 and HPRIM the header's
 * technical fields, and how many segments of each name; of other formats what their first bytes say.
 * @param binary the input, one character a byte
 */
export function outlineOfInput(binary: string): InputOutline {
  const text = binary.replace(/^\u00ef\u00bb\u00bf/, '').replace(/^[\s\p{Cc}]+/u, '');
  if (binary.startsWith('\u00ff\u00fe') || binary.startsWith('\u00fe\u00ff'))
    return { format: 'texte UTF-16', facts: [] };
  if (isHprimSante(text)) return hprim(text);
  if (/(?:^|[\r\n])\p{Cc}*MSH[^\w\s]/u.test(text)) return hl7(text);
  if (text.startsWith('%PDF-')) return pdf(text);
  if (/^<(?:\?xml|[A-Za-z])/.test(text)) return xml(text);
  const known = MARKS.find(([mark]) => binary.startsWith(mark));
  if (known) return { format: known[1], facts: [] };
  const controls = binary.slice(0, 4096).match(/(?![\t\n\v\f\r])\p{Cc}/gu)?.length ?? 0;
  if (controls === 0) return { format: 'texte de format inconnu', facts: [] };
  return {
    format: 'contenu binaire de format inconnu',
    facts: [
      { label: 'premiers octets', value: Buffer.from(binary.slice(0, HEAD), 'latin1').toString('hex') },
    ],
  };
}

const MARKS: readonly (readonly [mark: string, format: string])[] = [
  ['PK\x03\x04', 'archive ZIP'],
  ['\x89PNG', 'image PNG'],
  ['\xff\xd8\xff', 'image JPEG'],
  ['GIF8', 'image GIF'],
  ['II*\0', 'image TIFF'],
  ['MM\0*', 'image TIFF'],
  ['\xd0\xcf\x11\xe0', 'document Microsoft (OLE)'],
  ['MZ', 'programme Windows'],
  ['\x7fELF', 'programme Linux'],
];

function hl7(text: string): InputOutline {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replace(/^\p{Cc}+/u, ''));
  const headers = lines.filter((line) => /^MSH[^\w\s]/.test(line));
  const messages = headers.slice(0, MAX_TOLD).map((line, index) => {
    const fields = line.split(line[3] ?? '|');
    const field = (number: number) => (fields[number - 1] ?? '').slice(0, 60);
    return {
      label: `message ${index + 1}`,
      value: [
        ['type', field(9)],
        ['n°', field(10)],
        ['version', field(12)],
        ['du', field(7)],
        ['émetteur', [field(3), field(4)].filter(Boolean).join(' / ')],
      ]
        .flatMap(([name, value]) => (value ? [`${name} ${value}`] : []))
        .join(', '),
    };
  });
  return {
    format: headers.length > 1 ? `${headers.length} messages HL7 v2` : 'message HL7 v2',
    facts: [...messages, segments(lines, /^([A-Z][A-Z0-9]{2})(?:[^\w\s]|$)/)],
  };
}

function hprim(text: string): InputOutline {
  const lines = text.split(/\r\n|\r|\n/);
  const separator = text[1] ?? '|';
  const header = (lines[0] ?? '').split(separator);
  const facts = (
    [
      ['version et liaison', 12],
      ['contexte', 6],
      ['émetteur', 4],
      ['date', 13],
    ] as const
  ).flatMap(([label, field]) => {
    const value = (header[field] ?? '').trim().slice(0, 60);
    return value ? [{ label, value }] : [];
  });
  return { format: 'message HPRIM Santé', facts: [...facts, segments(lines, /^([A-Z]{1,3})(?:[^\w\s]|$)/)] };
}

function segments(lines: readonly string[], name: RegExp): { label: string; value: string } {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const found = name.exec(line)?.[1];
    if (found) counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  return {
    label: 'segments',
    value: [...counts]
      .slice(0, 40)
      .map(([segment, count]) => `${count} ${segment}`)
      .join(', '),
  };
}

function pdf(text: string): InputOutline {
  const told = [
    [/\/Encrypt\b/, 'protégé par mot de passe ou chiffré'],
    [/\/(?:JavaScript|JS)\b/, 'contient du JavaScript'],
    [/\/Launch\b/, 'demande à lancer un programme'],
    [/\/EmbeddedFile/, 'contient des fichiers joints'],
  ] as const;
  const remarks = told.flatMap(([mark, remark]) => (mark.test(text) ? [remark] : []));
  return {
    format: 'document PDF',
    facts: [
      { label: 'version', value: /^%PDF-(\d\.\d)/.exec(text)?.[1] ?? 'inconnue' },
      { label: 'fin', value: text.slice(-4096).includes('%%EOF') ? 'présente' : 'absente : fichier coupé' },
      ...(remarks.length > 0 ? [{ label: 'remarques', value: remarks.join(', ') }] : []),
    ],
  };
}

function xml(text: string): InputOutline {
  const head = text.slice(0, 4096);
  const root = /<([A-Za-z_][\w.:-]{0,80})/.exec(head.replace(/<\?[^>]*>|<!--[\s\S]*?-->/g, ''))?.[1];
  const encoding = /^<\?xml[^>]*encoding=["']([\w.-]{1,40})["']/.exec(head)?.[1];
  return {
    format: root?.endsWith('ClinicalDocument') ? 'document CDA (XML)' : 'document XML',
    facts: [
      ...(root ? [{ label: 'élément racine', value: root }] : []),
      ...(encoding ? [{ label: 'jeu de caractères annoncé', value: encoding }] : []),
      ...(/<!DOCTYPE/i.test(head) ? [{ label: 'remarques', value: 'contient un DOCTYPE' }] : []),
    ],
  };
}
