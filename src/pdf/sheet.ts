import type { Report } from '../report/report.ts';
import type { PdfAssets } from './assets.ts';
import { type Colour, colourOf, type TextStyle } from './canvas.ts';
import { Flow } from './flow.ts';
import { FontSubset } from './font-subset.ts';
import { type Marks, marksOf } from './marks.ts';
import { Performers } from './performers.ts';
import type { Pictures } from './pictures.ts';

/** One document being set: its fonts, styles and pages. */
export interface Sheet {
  readonly flow: Flow;
  readonly fonts: readonly FontSubset[];
  readonly styles: Styles;
  readonly colours: Readonly<Record<'accent' | 'text' | 'muted' | 'rule' | 'band' | 'alert', Colour>>;
  /** Laboratories that did part of the work, in the order in which they are named. */
  readonly performers: Performers;
  readonly marks: Marks;
  readonly pictures: Pictures;
  /** Whether a chart of previous values was set: its signs are then explained. */
  readonly trends: { drawn: boolean };
}

export interface Styles {
  readonly title: TextStyle;
  readonly laboratory: TextStyle;
  readonly chapter: TextStyle;
  readonly subChapter: TextStyle;
  readonly battery: TextStyle;
  readonly body: TextStyle;
  readonly strong: TextStyle;
  /** A result out of its range. */
  readonly notable: TextStyle;
  readonly flag: TextStyle;
  readonly label: TextStyle;
  readonly note: TextStyle;
  readonly noteStrong: TextStyle;
  readonly mono: TextStyle;
  readonly banner: TextStyle;
}

/** Distance between the baselines of body text, in points. */
export const LEADING = 11.5;
/** The same for notes and labels. */
export const NOTE_LEADING = 9.75;

export function newSheet(report: Report, assets: PdfAssets, pictures: Pictures): Sheet {
  const regular = new FontSubset(assets.regular, 'F1');
  const bold = new FontSubset(assets.bold, 'F2');
  const mono = new FontSubset(assets.mono, 'F3');
  const { accent, text, muted, rule, band, alert } = assets.theme.colours;
  const colours = {
    accent: colourOf(accent),
    text: colourOf(text),
    muted: colourOf(muted),
    rule: colourOf(rule),
    band: colourOf(band),
    alert: colourOf(alert),
  };
  const style = (face: FontSubset, size: number, colour: Colour): TextStyle => ({ face, size, colour });
  return {
    flow: new Flow(),
    fonts: [regular, bold, mono],
    colours,
    performers: new Performers(),
    marks: marksOf(report),
    pictures,
    trends: { drawn: false },
    styles: {
      title: style(bold, 13, colours.text),
      laboratory: style(bold, 12.5, colours.accent),
      chapter: style(bold, 10, colours.accent),
      subChapter: style(bold, 9.25, colours.accent),
      battery: style(bold, 8.5, colours.text),
      body: style(regular, 8.5, colours.text),
      strong: style(bold, 8.5, colours.text),
      notable: style(bold, 8.5, colours.text),
      flag: style(bold, 7.75, colours.alert),
      label: style(regular, 7.25, colours.muted),
      note: style(regular, 7.5, colours.text),
      noteStrong: style(bold, 7.5, colours.alert),
      mono: style(mono, 7.5, colours.text),
      banner: style(bold, 10, colours.alert),
    },
  };
}
