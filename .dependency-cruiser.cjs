// The import rules of docs/architecture.md: imports point inward. One rule a folder, each naming what it may reach.
const allow = (from, to) => ({
  name: `${from}-imports`,
  severity: 'error',
  comment: `src/${from} may import only: itself${to.length ? `, ${to.join(', ')}` : ''}`,
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [`^src/${from}/`, ...to.map((folder) => `^src/${folder}/`)] },
});

module.exports = {
  forbidden: [
    allow('report', []),
    allow('xml', []),
    allow('mllp', []),
    allow('terminology', ['report']),
    allow('intake', ['report', 'xml', 'mllp']),
    allow('cda', ['report', 'xml']),
    allow('pdf', ['report']),
    allow('policy', ['report']),
    allow('directory', ['report']),
    allow('xds', ['report', 'xml']),
    allow('dmp', ['report', 'xds', 'xml']),
    allow('mssante', ['report', 'xds']),
    allow('pfi', ['report', 'mllp']),
    allow('store', ['report']),
    allow('ops', ['report']),
    allow('antivirus', ['report']),
    // Names, options and help of the commands; what they do is in commands/.
    allow('cli', ['report', 'commands']),
    // The sandbox is the other side of the protocols: it shares no code with what it checks.
    allow('sandbox', []),
    // The stages drive the pipeline over the folders' pure functions and the store's operations.
    allow('stages', [
      'report',
      'terminology',
      'intake',
      'directory',
      'cda',
      'pdf',
      'policy',
      'xds',
      'dmp',
      'mssante',
      'pfi',
      'store',
      'ops',
      'antivirus',
    ]),
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'sql-in-store-only',
      severity: 'error',
      comment: 'store/ is the only folder with SQL',
      from: { path: '^src/', pathNot: '^src/store/' },
      to: { path: 'better-sqlite3' },
    },
    {
      name: 'hl7v2-behind-intake',
      severity: 'error',
      comment: 'the hl7v2 library stays behind the border of intake/',
      from: { path: '^src/', pathNot: '^src/intake/' },
      to: { path: 'hl7v2' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
