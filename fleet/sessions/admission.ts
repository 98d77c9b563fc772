/** What an instance has and has used, as last sampled. */
export interface ResourceReading {
  readonly sessions: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly descriptors: { readonly open: number; readonly limit: number };
}

export type RefusalCode = 'capacity' | 'memory' | 'descriptors';

/** Why a session may not start here. `detail` is for people. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly detail: string;
}

/** A real page takes 150 to 400 MB: what a session counts for until it was measured. */
const LEAST_SESSION_BYTES = 150e6;
/** A browser takes 5 of our descriptors (measured: its pipes), its calls and uploads some more for a moment. */
const SESSION_DESCRIPTORS = 10;
/** Kept for what is not a session: tables, queues, the instance's own HTTP. */
const SPARE_DESCRIPTORS = 200;
/** Pressure that has begun ends only this far below the limit, else admissions would flicker with every sample. */
const RELIEF = 0.9;
const MB = 1e6;

/** Says whether another session may start here: by capacity, memory and file descriptors. */
export class Admission {
  readonly #capacity: number;
  #reading: ResourceReading | undefined;
  #isPressed = false;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Memory is short now, not just too short for one more session. */
  get isPressed(): boolean {
    return this.#isPressed;
  }

  note(reading: ResourceReading): void {
    this.#reading = reading;
    const { memoryBytes, memoryLimitBytes } = reading;
    this.#isPressed = memoryBytes > memoryLimitBytes * (this.#isPressed ? RELIEF : 1);
  }

  /** `undefined`: one more than `sessions` may run here. */
  refusal(sessions: number): Refusal | undefined {
    if (sessions >= this.#capacity) return { code: 'capacity', detail: `This instance runs ${sessions} sessions, as many as it may` };
    return this.#reading && (this.#memoryRefusal(sessions, this.#reading) ?? this.#descriptorRefusal(sessions, this.#reading));
  }

  /** Those that came since the reading have not grown yet: each counts for as much as the others take. */
  #memoryRefusal(sessions: number, reading: ResourceReading): Refusal | undefined {
    const { memoryBytes, memoryLimitBytes } = reading;
    const each = Math.max(LEAST_SESSION_BYTES, memoryBytes / Math.max(1, reading.sessions));
    const expected = memoryBytes + each * newcomers(sessions, reading);
    if (!this.#isPressed && expected <= memoryLimitBytes) return undefined;
    return { code: 'memory', detail: `This instance takes ${inMb(memoryBytes)} MB of the ${inMb(memoryLimitBytes)} it may` };
  }

  #descriptorRefusal(sessions: number, reading: ResourceReading): Refusal | undefined {
    const { open, limit } = reading.descriptors;
    const expected = open + SESSION_DESCRIPTORS * newcomers(sessions, reading) + SPARE_DESCRIPTORS;
    if (expected <= limit) return undefined;
    return { code: 'descriptors', detail: `This instance has ${open} of ${limit} file descriptors open` };
  }
}

/** The one that asks, and those admitted since the reading. */
const newcomers = (sessions: number, reading: ResourceReading): number => Math.max(0, sessions - reading.sessions) + 1;
const inMb = (bytes: number): number => Math.round(bytes / MB);
