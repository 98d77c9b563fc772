import { describe, expect, it } from '@jest/globals';
import { Admission, type ResourceReading } from '../../../fleet/sessions/admission.ts';

const GB = 1e9;
const reading = (over: Partial<ResourceReading> = {}): ResourceReading => ({
  sessions: 10, memoryBytes: 3 * GB, memoryLimitBytes: 8 * GB, descriptors: { open: 100, limit: 20_000 }, ...over,
});
const admission = (over: Partial<ResourceReading> = {}, capacity = 50): Admission => {
  const made = new Admission(capacity);
  made.note(reading(over));
  return made;
};

describe('Admission', () => {
  it('takes sessions up to the capacity, also before anything was sampled', () => {
    expect(new Admission(50).refusal(49)).toBeUndefined();
    expect(new Admission(50).refusal(50)).toEqual({ code: 'capacity', detail: expect.stringContaining('50 sessions') });
  });

  it.each([
    { what: 'there is enough of everything', over: {}, code: undefined },
    { what: 'memory is used up', over: { memoryBytes: 8.1 * GB }, code: 'memory' },
    { what: 'one more of the usual size would use it up', over: { memoryBytes: 7.8 * GB }, code: 'memory' },
    { what: 'file descriptors run out', over: { descriptors: { open: 820, limit: 1_024 } }, code: 'descriptors' },
  ])('$code refuses another session when $what', ({ over, code }) => {
    expect(admission(over).refusal(10)?.code).toBe(code);
  });

  it('counts those that came since the sample, which have not grown yet', () => {
    const made = admission({ memoryBytes: 4 * GB }); // 400 MB each
    expect(made.refusal(19)).toBeUndefined();
    expect(made.refusal(20)?.code).toBe('memory');
    const few = admission({ descriptors: { open: 780, limit: 1_024 } });
    expect(few.refusal(13)).toBeUndefined();
    expect(few.refusal(14)?.code).toBe('descriptors');
  });

  it('ends pressure only well below the limit', () => {
    const made = admission({ memoryBytes: 8.1 * GB });
    expect(made.isPressed).toBe(true);
    made.note(reading({ memoryBytes: 7.5 * GB }));
    expect([made.isPressed, made.refusal(0)?.code]).toEqual([true, 'memory']);
    made.note(reading({ memoryBytes: 7 * GB }));
    expect([made.isPressed, made.refusal(0)]).toEqual([false, undefined]);
    made.note(reading({ memoryBytes: 7.5 * GB }));
    expect(made.isPressed).toBe(false);
  });
});
