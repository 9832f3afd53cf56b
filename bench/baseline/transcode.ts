export interface Row {
  readonly loinc: string;
  readonly unit: string;
}

/** The catalogue as a map, and each code looked up in it. No dates, units, scales, chapters. */
export function readRows(csv: string): Map<string, Row> {
  const lines = csv.split('\n').slice(1);
  return new Map(
    lines.map((line) => {
      const [code = '', , , , , , loinc = '', unit = ''] = line.split(';');
      return [code, { loinc, unit }];
    }),
  );
}

export function lookUp(codes: readonly string[], rows: ReadonlyMap<string, Row>): (Row | undefined)[] {
  return codes.map((code) => rows.get(code));
}
