import * as z from 'zod';

/** Reads and checks the environment once, at start. The only function that touches `process.env`. */
export function loadConfig<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv = process.env): z.output<S> {
  const result = schema.safeParse(env);
  if (!result.success) throw new Error(`Bad configuration:\n${z.prettifyError(result.error)}`);
  return result.data;
}
