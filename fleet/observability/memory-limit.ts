import { totalmem } from 'node:os';

/** Bytes this process and its browsers may take together: the limit of the control group, if it has one below the machine's memory. */
export const memoryLimit = (): number => Math.min(process.constrainedMemory() || Infinity, totalmem());
