import type { Route } from './rest-api.ts';

export interface RouteMatch {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

const GREEDY = /^\{(\w+)\+\}$/;
const PARAMETER = /^\{(\w+)\}$/;

/** 0 a literal, 1 a parameter, 2 the rest of the path: API Gateway prefers the more literal, segment by segment. */
const rank = (segment: string): string => (GREEDY.test(segment) ? '2' : PARAMETER.test(segment) ? '1' : '0');
const specificity = ({ segments, method }: Route): string =>
  segments.map(rank).join('') + (method === 'ANY' ? '9' : '8'); // an exact method before ANY

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function matchSegments(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const greedy = GREEDY.exec(segment)?.[1];
    const actual = path[index];
    if (actual === undefined) return undefined;
    if (greedy !== undefined) return { ...parameters, [greedy]: path.slice(index).map(decode).join('/') };
    const parameter = PARAMETER.exec(segment)?.[1];
    if (parameter !== undefined) parameters[parameter] = decode(actual);
    else if (segment !== actual) return undefined;
  }
  return pattern.length === path.length ? parameters : undefined;
}

export type MatchRoute = (method: string, path: string) => RouteMatch | undefined;

/** Finds the route of a request as API Gateway does. A slash at the end of the path makes no difference. */
export function makeRouteMatcher(routes: readonly Route[]): MatchRoute {
  const ordered = [...routes].sort((a, b) => (specificity(a) < specificity(b) ? -1 : 1));
  return (method, path) => {
    const segments = path.split('/').filter(Boolean);
    for (const route of ordered) {
      if (route.method !== 'ANY' && route.method !== method) continue;
      const parameters = matchSegments(route.segments, segments);
      if (parameters) return { route, pathParameters: Object.keys(parameters).length > 0 ? parameters : null };
    }
    return undefined;
  };
}
