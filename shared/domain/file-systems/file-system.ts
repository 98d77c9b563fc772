export interface FileSystemState {
  readonly bytes: number;
  /** As its service calls it; `available` is the good one. */
  readonly state: string;
  /** In how many zones it can be mounted now, of those it is meant to be. */
  readonly mountsAvailable: number;
  readonly mounts: number;
}

/** What the service that runs a shared file system says of it. */
export interface FileSystem {
  look(): Promise<FileSystemState>;
}

export const isAvailable = ({ state, mountsAvailable, mounts }: FileSystemState): boolean =>
  state === 'available' && mountsAvailable === mounts && mounts > 0;
