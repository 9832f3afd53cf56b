import { parseArgs } from 'node:util';
import { machine } from './machine.ts';
import { measureParse, type ParseFigures } from './parse.ts';
import { measurePipeline, type PipelineFigures } from './pipeline.ts';
import { measureSteps, type Step } from './steps.ts';

/**
 * What the daemon costs, as a table to paste: `npm run bench -- [--reports N] [--total N] [--workers N] [--no-steps] [--no-parse] [--no-pipeline]`.
 * Ratios are against the plainest code doing the same work in the same run (bench/baseline).
 */
const { values } = parseArgs({
  options: {
    reports: { type: 'string', default: '300' },
    total: { type: 'string', default: '1000' },
    workers: { type: 'string', default: '2' },
    steps: { type: 'boolean', default: true },
    parse: { type: 'boolean', default: true },
    pipeline: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const [reports, total, workers] = [values.reports, values.total, values.workers].map(positive) as [
  number,
  number,
  number,
];

const TYPICAL = 12;
const LARGE = 100;

console.log(`Machine: ${machine()}\n`);
if (values.steps) {
  const [typical, large] = [await measureSteps(TYPICAL), await measureSteps(LARGE)];
  console.log(stepTable(typical, large));
}
if (values.parse) console.log(parseTable(await measureParse()));
if (values.pipeline) console.log(pipelineTable(await measurePipeline({ reports, total, workers })));

function stepTable(typical: readonly Step[], large: readonly Step[]): string {
  const cells = ({ ours, plain }: Step) =>
    `${ms(ours.median)} | ${ms(ours.p95)} | ${ms(plain.median)} | ${(ours.median / plain.median).toPrecision(2)}`;
  const rows = typical.map((step, index) => {
    const other = large[index];
    return `| ${step.name} | ${cells(step)} | ${other ? cells(other) : ''} |`;
  });
  const sizes = [TYPICAL, LARGE].map((results) => `${results} results: median | p95 | plainest | ratio`);
  return [`| ms a report | ${sizes.join(' | ')} |`, `| --- ${'| ---: '.repeat(8)}|`, ...rows, ''].join('\n');
}

function parseTable(figures: readonly ParseFigures[]): string {
  const rows = figures.map(({ name, bytes, segments, dossier, hl7v2, hl7Client }) => {
    const cells = [segments, dossier, hl7v2, hl7Client].map(({ median }) => ms(median));
    const ratios = [hl7v2, hl7Client].map(({ median }) => (segments.median / median).toPrecision(2));
    return `| ${[`${name} (${bytes} bytes)`, ...cells, ...ratios].join(' | ')} |`;
  });
  return [
    '| ms a message, median | segments | dossier | hl7v2 | node-hl7-client | segments / hl7v2 | segments / node-hl7-client |',
    `| --- ${'| ---: '.repeat(6)}|`,
    ...rows,
    '',
  ].join('\n');
}

function pipelineTable(figures: PipelineFigures): string {
  const { acknowledgement, receive, resident } = figures;
  const perReport = (seconds: number) => `${ms((seconds / reports) * 1000)} ms a report`;
  const rows: readonly (readonly [string, string])[] = [
    [
      `${reports} reports × 3 destinations, first drop to last delivery`,
      `${figures.seconds.toFixed(1)} s, **${figures.reportsPerSecond.toFixed(1)} reports/s** (${workers} workers)`,
    ],
    ['all files taken from the folder', `${figures.takenSeconds.toFixed(1)} s`],
    ['processor time of the daemon', perReport(figures.daemonCpuSeconds)],
    ['processor time of the sandbox', perReport(figures.sandboxCpuSeconds)],
    ['processor time of this script', perReport(figures.harnessCpuSeconds)],
    ['store.receive under load, median and p99', `${receive.median} ms, ${receive.p99} ms`],
    ...(acknowledgement.files > 0
      ? ([
          [
            `file dropped to archived while rendering, median and p99 of ${acknowledgement.files} (${figures.stableMs} ms of it: the file must be stable)`,
            `${acknowledgement.median.toFixed(0)} ms, ${acknowledgement.p99.toFixed(0)} ms`,
          ],
        ] as const)
      : []),
    ...resident.map(
      ({ reports: after, miB }) =>
        [`resident memory of the daemon after ${after} reports`, `${miB.toFixed(0)} MiB`] as const,
    ),
  ];
  return [
    '| pipeline | |',
    '| --- | ---: |',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
    '',
  ].join('\n');
}

function ms(value: number): string {
  return value < 0.1 ? value.toFixed(3) : value < 10 ? value.toFixed(2) : value.toFixed(0);
}

function positive(text: string | undefined): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error('a positive whole number is expected');
  return value;
}
