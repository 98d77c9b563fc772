/** Import rules: which folder may know which. Broken rules fail `npm run check`. See docs/adr/0002. */
const ENTRIES = '[.]handler[.]ts$|^fleet/main[.]ts$|^cdk/bin/|^local/main[.]ts$';
const OURS = '^(cdk|lambdas|fleet|shared|local|console|test)/';
const rule = (name, from, to) => ({ name, severity: 'error', from, to });
/** Files matching `from` may import, out of `path`, nothing but `allowed`. */
const only = (name, from, allowed, path = '.') => rule(name, { path: from }, { path, pathNot: allowed });
const ours = (folder, allowed) => only(`${folder}-imports`, `^${folder}/`, allowed, OURS);

export default {
  forbidden: [
    rule('no-circular', {}, { circular: true }),
    ours('shared', '^shared/'),
    ours('lambdas', '^(lambdas|shared)/'),
    ours('fleet', '^(fleet|shared)/'),
    ours('console', '^(console|shared/contracts)/'),
    ours('cdk', '^(cdk|shared/(config|contracts))/'), // names entries by path
    ours('local', `^(local|shared)/|${ENTRIES}`), // hosts the rest by its entries
    ours('local/whatsapp', '^local/whatsapp/'),
    ours('local/meta', '^local/meta/'), // a stand-in for Meta must not share our mistakes
    rule('nothing-needs-local', { pathNot: '^(local|test)/' }, { path: '^local/' }),
    only('contracts-are-data', '^shared/contracts/', '^shared/contracts/|node_modules/zod/'),
    only('domain-is-pure', '^shared/domain/', '^shared/(domain|contracts)/'), // no AWS, no Node built-ins, no logger
    only('config-is-leaf', '^shared/config/', '^shared/config/|node_modules/zod/'),
    only(
      'lambda-features-are-islands',
      '^lambdas/(api|queues|schedules|websocket)/([^/]+)/',
      ['^lambdas/$1/$2/', '^lambdas/(http|queue)/'],
      '^lambdas/',
    ),
    rule('entries-are-roots', { pathNot: '^(local|test/(integration|e2e|unit))/' }, { path: ENTRIES }),
    rule(
      'adapters-only-at-the-root',
      { path: '^(lambdas|fleet)/', pathNot: `${ENTRIES}|^fleet/build-instance[.]ts$` },
      { path: '^shared/adapters/' },
    ),
    rule(
      'aws-sdk-only-in-adapters',
      { path: '^(shared|lambdas|fleet)/', pathNot: '^shared/adapters/' },
      { path: 'node_modules/@(aws-sdk|smithy)/' },
    ),
    rule(
      'webjs-behind-its-port',
      { pathNot: '^(fleet/whatsapp/webjs|test/(e2e|integration|bench)|local/whatsapp)/' },
      { path: 'node_modules/(whatsapp-web[.]js|puppeteer[^/]*)/' },
    ),
    rule(
      'no-dev-dependency',
      { path: '^(shared|lambdas|fleet)/' },
      { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    ),
  ],
  options: {
    tsPreCompilationDeps: true, // type-only imports count too
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(cdk[.]out|dist|coverage|local/whatsapp/page)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
