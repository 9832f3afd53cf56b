import { ExtractionFailure } from './faults.ts';

/** Bounds of an extraction: several times the largest published (2.5 million rows, 1.2 GB, lines under 2,000 characters). */
export interface ExtractionLimits {
  readonly maxBytes: number;
  readonly maxRows: number;
  /** Characters of a line. */
  readonly maxLine: number;
}

export const EXTRACTION_LIMITS: ExtractionLimits = {
  maxBytes: 8 * 2 ** 30,
  maxRows: 20_000_000,
  maxLine: 16_384,
};

/**
 * Cuts UTF-8 bytes into lines, a piece at a time: memory holds one piece and one line.
 * @param file names the source in faults
 * @yields the whole lines of a piece, without their ends; `last`: the text after the last end of line, when there is some
 * @throws ExtractionFailure not UTF-8, too large, or a line too long
 */
export async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  limits: ExtractionLimits,
): AsyncGenerator<{ readonly lines: readonly string[]; readonly last?: string }> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece ? decoder.decode(piece, { stream: true }) : decoder.decode();
    } catch {
      throw new ExtractionFailure('DIRECTORY_NOT_UTF8', file);
    }
  };
  let rest = '';
  let size = 0;
  for await (const piece of pieces) {
    size += piece.byteLength;
    if (size > limits.maxBytes) throw new ExtractionFailure('DIRECTORY_LIMIT', file);
    const lines = (rest + decode(piece)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > limits.maxLine) throw new ExtractionFailure('DIRECTORY_LIMIT', file);
    if (lines.length > 0) yield { lines };
  }
  rest += decode();
  if (rest !== '') yield { lines: [], last: rest };
}
