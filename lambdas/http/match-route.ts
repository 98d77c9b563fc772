import type { RouteContract, Routes } from '../../shared/contracts/api/routes/route.ts';
import { HttpRefusal } from './http-refusal.ts';

interface CompiledRoute {
  readonly name: string;
  readonly contract: RouteContract;
  readonly segments: readonly string[];
}

export interface RouteMatch {
  readonly name: string;
  readonly contract: RouteContract;
  readonly params: Readonly<Record<string, string>>;
}

/*
 * Powertools' Router knows no 405 and answers a failed schema in its own shape; matching by our route data is smaller
 * than bending it.
 */
export type MatchRoute = (method: string, path: string) => RouteMatch;

/** Throws 404 for an unknown path, 405 with `Allow` for a known one with another method. */
export function routeMatcher(routes: Routes): MatchRoute {
  const compiled = Object.entries(routes).map(([name, contract]) => ({ name, contract, segments: segmentsOf(contract.path) }));
  return (method, path) => {
    const actual = segmentsOf(path);
    const candidates = mostLiteral(compiled.filter(({ segments }) => isLike(segments, actual)));
    const route = candidates.find(({ contract }) => contract.method === method);
    if (route) return { name: route.name, contract: route.contract, params: paramsOf(route.segments, actual) };
    throw candidates.length === 0 ? unknownPath() : methodNotAllowed(candidates);
  };
}

const segmentsOf = (path: string): string[] => path.replace(/^\/+|\/+$/g, '').split('/');
const isParam = (segment: string): boolean => segment.startsWith('{');

const isLike = (pattern: readonly string[], actual: readonly string[]): boolean =>
  pattern.length === actual.length && pattern.every((segment, i) => (isParam(segment) ? actual[i] !== '' : segment === actual[i]));

/** `/contacts/import` is not the contact called `import`. */
function mostLiteral(routes: readonly CompiledRoute[]): readonly CompiledRoute[] {
  const paramsIn = ({ segments }: CompiledRoute) => segments.filter(isParam).length;
  const fewest = Math.min(...routes.map(paramsIn));
  return routes.filter((route) => paramsIn(route) === fewest);
}

const paramsOf = (pattern: readonly string[], actual: readonly string[]): Record<string, string> =>
  Object.fromEntries(pattern.flatMap((segment, i) => (isParam(segment) ? [[segment.slice(1, -1), decode(actual[i] ?? '')]] : [])));

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // no id looks like this: its schema refuses it
  }
}

const unknownPath = (): HttpRefusal => new HttpRefusal(404, 'not_found', 'There is nothing at this path. /docs lists what there is.');

function methodNotAllowed(routes: readonly CompiledRoute[]): HttpRefusal {
  const allow = [...new Set(routes.map(({ contract }) => contract.method))].join(', ');
  return new HttpRefusal(405, 'method_not_allowed', `This path takes ${allow}.`, { headers: { Allow: allow } });
}
