/** One file for a profile, in a format that others know too. */
export interface ProfileArchive {
  /** What such a file is called. */
  nameOf(clientId: string): string;
  /** Takes the folder `profile`, which nobody may be using, and gives the path of a zip in `workDir`. */
  pack(clientId: string, profile: string, workDir: string): Promise<string>;
}
