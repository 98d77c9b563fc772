/*
 * The way in for `npm start`. Plain JavaScript, so that an older Node can still say what is wrong: it could not even
 * read the TypeScript of main.ts.
 */
const OLDEST_NODE = 24;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  const where = process.platform === 'linux' ? 'npm ci brings it along on x64 and arm64' : 'install it from https://nodejs.org';
  process.stderr.write(`Node ${OLDEST_NODE} or later is needed, this is ${process.versions.node}: ${where}, then use npm start\n`);
  process.exit(1);
}
await import('./main.ts');
