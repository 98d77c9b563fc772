import { BUILD } from './build.js';

const modules = new Map();
const GONE = { tomorrow: ['WAWebCallCollection'] };

/** As the real page's loader: modules by name. Clients overwrite members, so they stay plain objects. */
export function define(definitions) {
  for (const [name, exports] of Object.entries(definitions)) modules.set(name, exports);
}

window.require = (name) => {
  if (!modules.has(name) || GONE[BUILD]?.includes(name)) throw new Error(`Requiring unknown module "${name}"`);
  return modules.get(name);
};
