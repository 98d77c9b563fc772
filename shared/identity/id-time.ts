import { decodeTime } from 'ulid';

/** The time (Unix ms) that an id `<prefix>_<ulid>` carries. Throws if it is no such id. */
export const timeOfId = (id: string): number => decodeTime(id.slice(id.indexOf('_') + 1));
