// The import order of ARCHITECTURE.md as rules. `mayImport` lists, for every folder of src, the only
// project folders it may use; type-only imports count (tsPreCompilationDeps).
const mayImport = {
  base: [],
  model: ['base'],
  'protocol/xml': ['base', 'model'],
  'protocol/json': ['base', 'protocol/xml'],
  'protocol/jingle': ['base', 'model', 'protocol/xml', 'protocol/json'],
  'protocol/colibri1': ['base', 'model', 'protocol/xml', 'protocol/json', 'protocol/jingle'],
  'protocol/colibri2': ['base', 'model', 'protocol/xml', 'protocol/json', 'protocol/jingle'],
  'protocol/channel': ['base', 'model'],
  allocation: ['base', 'model'],
  conference: ['base', 'model', 'allocation'],
  signaling: ['base', 'model', 'protocol', 'conference'],
  operation: ['base'],
  stats: ['base', 'model', 'conference'],
  doctor: ['base'],
  config: ['base', 'model'],
  'io/media': ['base', 'model', 'conference/ports'],
  'io/xmpp': ['base', 'model', 'conference/ports'],
  'io/channel': ['base', 'model', 'conference/ports'],
  'io/http': ['base', 'model'],
  'io/system': ['base'],
};

const folderRules = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `${folder.replace('/', '-')}-imports`,
  comment: `src/${folder} may use only itself${allowed.length > 0 ? `, ${allowed.join(', ')}` : ''} (ARCHITECTURE.md).`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: [folder, ...allowed].map((name) => `^src/${name}(/|\\.ts$)`) },
}));

const pure = '^src/(model|protocol|allocation|conference|signaling|operation|stats)/';

export default {
  forbidden: [
    ...folderRules,
    {
      name: 'only-commands-use-bridge',
      comment:
        'bridge.ts is the composition root: nothing below it may look up, but the commands start it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main\\.ts$|cli/|bridge[./])' },
      to: { path: '^src/(main\\.ts$|cli/|bridge[./])' },
    },
    {
      name: 'mediasoup-has-one-door',
      comment: 'Only src/io/media knows mediasoup.',
      severity: 'error',
      from: { path: '^(src|demo)/', pathNot: '^src/io/media/' },
      to: { path: 'node_modules/mediasoup' },
    },
    {
      name: 'pure-code-reaches-no-io',
      comment:
        'model, protocol, allocation, conference, signaling, operation and stats do no I/O, however far down.',
      severity: 'error',
      from: { path: pure },
      to: {
        path: '^(fs|net|dgram|http|https|tls|child_process|worker_threads|os|dns|cluster)(/|$)|^src/io/|^src/config/',
        reachable: true,
      },
    },
    {
      name: 'only-config-reads-files',
      comment:
        'File access belongs to src/config; the system figures of io/system and what the commands of cli look at excepted by name.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(config/|io/system/|cli/)' },
      to: { path: '^(fs|fs/promises)$' },
    },
    {
      name: 'unit-tests-do-no-io',
      comment: 'Unit and property tests run pure code; what needs a socket is an integration test.',
      severity: 'error',
      from: { path: '^test/(unit|property)/', pathNot: '^test/unit/(io|config|scripts)/' },
      to: { path: '^(net|dgram|http|https|tls|child_process)$|node_modules/mediasoup' },
    },
    {
      name: 'loadtest-shares-codecs-only',
      comment:
        'The load tester reads and writes what the bridge does (src/{base,model,protocol}) and asks as a focus does (demo/focus), but shares no behaviour with the bridge it judges.',
      severity: 'error',
      from: { path: '^loadtest/' },
      to: {
        path: '^(src|demo|test|scripts)/',
        pathNot:
          '^src/(base|model|protocol)/|^src/io/xmpp/library-element\\.ts$|^src/config/closest-key\\.ts$|^demo/focus/(bridge|offer|requests|rest-bridge)\\.ts$|^demo/launcher/(bridge-process|package-root|ports)\\.ts$',
      },
    },
    {
      name: 'loadtest-media-does-no-io',
      comment:
        'Senders, receivers and judgements take time and packets as arguments: tests run them in virtual time.',
      severity: 'error',
      from: { path: '^loadtest/(media|rtp|scenario)/' },
      to: {
        path: '^(fs|net|dgram|http|https|child_process|os)(/|$)|node_modules/(ws|node-datachannel)',
      },
    },
    {
      name: 'no-circular',
      comment: 'Cycles hide the order in which things are built.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'src-knows-no-test',
      comment: 'Product code does not depend on tests, the demo or development packages.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|demo|loadtest|scripts)/', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
