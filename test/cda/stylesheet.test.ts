import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadStylesheet, readStylesheet } from '../../src/cda/stylesheet.ts';
import type { Fault } from '../../src/report/fault.ts';

const FOLDER = join(import.meta.dirname, '../../stylesheets');
const OURS = readFileSync(join(FOLDER, 'report.xsl'), 'utf8');

/** A line of ours: what is put in its place is found there, whatever stands above. */
const START = '<xsl:template match="/">';
const startLine = OURS.split('\n').findIndex((line) => line.includes(START)) + 1;

/** Ours, with something more at the beginning of its first template. */
const withMarkup = (markup: string): string => OURS.replace(START, `${START}${markup}`);
/** Ours, with something more before its first template. */
const withTopLevel = (markup: string): string => OURS.replace(START, `${markup}${START}`);

function refusal(text: string, folder = FOLDER): Fault {
  const loaded = loadStylesheet(text, folder);
  if (!('cause' in loaded)) throw new Error('the stylesheet is accepted');
  return loaded;
}

test('a style sheet written in place is refused at its own line', () => {
  const fault = refusal(withMarkup('<style>a{}\n@import "x.css";\n</style>'));
  expect(fault.position).toBe(`report.xsl, ligne ${startLine + 1}`);
});

test('a folder without stylesheet stops the start with a fault', () => {
  expect(readStylesheet(tmpdir())).toMatchObject({ code: 'STYLESHEET_UNREADABLE', position: 'report.xsl' });
});

test('ours is fit', () => {
  expect(loadStylesheet(OURS, FOLDER)).not.toHaveProperty('cause');
});

describe('refused, with the line: what stands in no document of its own', () => {
  test.each([
    ['a script', withMarkup('<script>x</script>'), 'un élément script'],
    ['a script made by an instruction', withMarkup('<xsl:element name="script"/>'), 'un élément script'],
    ['a frame', withMarkup('<iframe src="data:text/html,x"/>'), 'un élément iframe'],
    ['a redirection', withMarkup('<meta http-equiv="refresh" content="0;url=https://x.invalid"/>'), 'meta'],
    ['an import', withTopLevel('<xsl:import href="autre.xsl"/>'), 'xsl:import'],
    ['an inclusion', withTopLevel('<xsl:include href="autre.xsl"/>'), 'xsl:include'],
    ['document()', withTopLevel(`<xsl:variable name="v" select="document('v.xml')"/>`), 'document()'],
    ['document() in an attribute', withMarkup(`<p class="{document('v.xml')}"/>`), 'document()'],
    ['a remote image', withMarkup('<img src="https://x.invalid/logo.png"/>'), 'une adresse'],
    ['a file beside the report', withMarkup('<img src="logo.png"/>'), 'une adresse'],
    ['an address that the document chooses', withMarkup('<a href="{//@value}">x</a>'), 'une adresse'],
    [
      'an address made by an instruction',
      withMarkup('<a><xsl:attribute name="href"><xsl:value-of select="//@value"/></xsl:attribute></a>'),
      'une adresse',
    ],
    ['HTML as data', withMarkup('<a href="data:text/html,x">x</a>'), 'une adresse'],
    ['an event handler', withMarkup('<p onclick="x"/>'), 'onclick'],
    [
      'an event handler made by an instruction',
      withMarkup('<p><xsl:attribute name="onclick">x</xsl:attribute></p>'),
      'onclick',
    ],
    [
      'unescaped output',
      withMarkup('<xsl:value-of select="." disable-output-escaping="yes"/>'),
      'disable-output-escaping',
    ],
    ['a remote style sheet', withMarkup('<style>@import "x.css"</style>'), '@import'],
    [
      'a remote font',
      withMarkup('<style>a{src:url(https://x.invalid/a.woff2)}</style>'),
      'une adresse externe',
    ],
    [
      'a remote background',
      withMarkup('<p style="background:url(//x.invalid/a.png)"/>'),
      'une adresse externe',
    ],
  ])('%s', (_, text, what) => {
    const fault = refusal(text);
    expect(fault.code).toBe('STYLESHEET_FORBIDDEN');
    expect(fault.cause).toContain(what);
    // xsl:attribute stands in an element that is named for what it holds, on the same line.
    expect(fault.position).toBe(`report.xsl, ligne ${startLine}`);
  });

  test('a DOCTYPE', () => {
    expect(refusal(OURS.replace('<xsl:stylesheet', '<!DOCTYPE x>\n<xsl:stylesheet'))).toMatchObject({
      code: 'STYLESHEET_FORBIDDEN',
      position: `report.xsl, ligne ${OURS.split('\n').findIndex((line) => line.startsWith('<xsl:stylesheet')) + 1}`,
    });
  });
});

describe('refused, with the line: what is not XSLT 1.0', () => {
  test.each([
    ['an instruction of XSLT 2', withTopLevel('<xsl:function name="f"/>'), 'xsl:function'],
    ['a function of XPath 2', withMarkup(`<xsl:value-of select="replace(., 'a', 'b')"/>`), 'replace()'],
    [
      'an extension function',
      withMarkup('<xsl:value-of select="e:node-set(.)" xmlns:e="urn:e"/>'),
      'e:node-set()',
    ],
    ['an extension element', withMarkup('<e:do xmlns:e="urn:e"/>'), 'e:do'],
    ['a broken expression', withMarkup('<xsl:value-of select="a["/>'), '« a[ »'],
    ['a template that is not there', withMarkup('<xsl:call-template name="adresse"/>'), '« adresse »'],
  ])('%s', (_, text, what) => {
    const fault = refusal(text);
    expect(fault.code).toBe('STYLESHEET_NOT_XSLT1');
    expect(fault.cause).toContain(what);
    expect(fault.position).toBe(`report.xsl, ligne ${startLine}`);
  });

  test('broken XML, at its line', () => {
    const broken = OURS.replace(START, '<xsl:template match="/>');
    expect(refusal(broken)).toMatchObject({ code: 'STYLESHEET_MALFORMED' });
    expect(Number(refusal(broken).position?.replace('report.xsl, ligne ', ''))).toBeGreaterThanOrEqual(
      startLine,
    );
  });

  test.each([
    ['HTML', '<html/>'],
    ['another version', OURS.replace('version="1.0" xmlns', 'version="2.0" xmlns')],
    ['no beginning', OURS.replace(START, '<xsl:template match="c:autre">')],
  ])('%s', (_, text) => {
    expect(refusal(text)).toMatchObject({
      code: 'STYLESHEET_NOT_XSLT1',
      position: expect.stringMatching(/^report\.xsl, ligne \d+$/),
    });
  });
});

describe('refused: a stylesheet that does not show the whole document', () => {
  const rootPosition = `report.xsl, ligne ${OURS.split('\n').findIndex((line) => line.startsWith('<xsl:stylesheet')) + 1}`;
  test.each([
    ['patientRole', 'le patient'],
    ['birthTime', 'la date de naissance'],
    ['relatedDocument', 'le document remplacé'],
    ['informationRecipient', 'les destinataires'],
    ['versionNumber', 'le numéro de version'],
    ['renderMultiMedia', 'les images et les PDF'],
    ['td', 'les cellules des tableaux'],
  ])('without %s', (element, what) => {
    const fault = refusal(OURS.replaceAll(`c:${element}`, 'c:autre'));
    expect(fault).toMatchObject({ code: 'STYLESHEET_INCOMPLETE', position: rootPosition });
    expect(fault.cause).toContain(`${what} (${element})`);
  });
});

describe('the CSS of the folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-css-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const withCss = (css: string) => {
    writeFileSync(join(folder, 'report.css'), css);
    return loadStylesheet(OURS, folder);
  };

  test('takes its images along and leaves its comments', () => {
    writeFileSync(join(folder, 'logo.png'), 'PNG');
    const loaded = withCss('/* pour nous */\n.nom { background: url("logo.png") }');
    expect(loaded).toMatchObject({ css: '\n.nom { background: url("data:image/png;base64,UE5H") }' });
    expect(JSON.stringify(loaded)).not.toContain('pour nous');
  });

  test.each([
    ['a sheet from elsewhere', '\n@import "autre.css";', 'STYLESHEET_FORBIDDEN', 'ligne 2'],
    [
      'an image from elsewhere',
      '\n\na{background:url(https://x.invalid/a.png)}',
      'STYLESHEET_FORBIDDEN',
      'ligne 3',
    ],
    ['the end of its element', 'a{}\n</style><script>x</script>', 'STYLESHEET_FORBIDDEN', 'ligne 2'],
    ['a namespace', '\n@namespace "urn:x";', 'STYLESHEET_FORBIDDEN', 'ligne 2'],
    [
      'a file of another kind',
      '/* une\nligne */\na{background:url(report.css)}',
      'STYLESHEET_FORBIDDEN',
      'ligne 3',
    ],
  ])('%s is refused with the line of the CSS', (_, css, code, position) => {
    expect(withCss(css)).toMatchObject({ code, position: `report.css, ${position}` });
  });

  test('a heavy image is refused: it would travel in every report', () => {
    writeFileSync(join(folder, 'lourd.png'), Buffer.alloc(200 * 1024));
    expect(withCss('a{background:url(lourd.png)}')).toMatchObject({
      cause: expect.stringContaining('100 Ko'),
    });
  });

  test('a file that is not there', () => {
    const code = 'STYLESHEET_CSS_MISSING';
    const asked = OURS.split('\n').findIndex((line) => line.includes('<?crbio-css')) + 1;
    expect(withCss('\na{background:url(absent.png)}')).toMatchObject({
      code,
      position: 'report.css, ligne 2',
    });
    rmSync(join(folder, 'report.css'));
    const position = `report.xsl, ligne ${asked}`;
    expect(loadStylesheet(OURS, folder)).toMatchObject({ code, position });
  });

  test('nothing outside the folder is read', () => {
    expect(withCss('a{background:url(../../../etc/passwd.png)}')).toMatchObject({
      code: 'STYLESHEET_CSS_MISSING',
    });
  });
});
