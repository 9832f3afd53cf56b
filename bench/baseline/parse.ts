/** HL7 v2 as nothing but delimiters: segments, fields, repetitions, components. No escapes, character sets or checks. */
export function splitMessage(text: string): string[][][][] {
  return text
    .split('\r')
    .filter((line) => line !== '')
    .map((line) => line.split('|').map((field) => field.split('~').map((part) => part.split('^'))));
}
