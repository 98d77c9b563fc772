import { describe, expect, it } from '@jest/globals';
import { BrowserSlots } from '../../../fleet/sessions/browser-slots.ts';

describe('BrowserSlots', () => {
  it('gives out as many as there are, once a session', () => {
    const slots = new BrowserSlots(2);
    expect(['a', 'a', 'b', 'c'].map((id) => slots.tryTake(id))).toEqual([true, true, true, false]);
  });

  it('serves those who wait in the order they came, whoever asks first', () => {
    const slots = new BrowserSlots(1);
    for (const id of ['a', 'b', 'c']) slots.tryTake(id);
    slots.release('a');
    expect(slots.tryTake('c')).toBe(false);
    expect(slots.tryTake('b')).toBe(true);
  });

  it('forgets who gave up waiting', () => {
    const slots = new BrowserSlots(1);
    for (const id of ['a', 'b', 'c']) slots.tryTake(id);
    slots.release('b');
    slots.release('a');
    expect(slots.tryTake('c')).toBe(true);
  });
});
