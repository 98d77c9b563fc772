import { describe, expect, it } from '@jest/globals';
import { PhoneNumber, Recipient } from '../../../shared/contracts/phone-number.ts';

describe('A phone number', () => {
  it.each([
    ['+4915112345678', '+4915112345678'],
    ['4915112345678', '+4915112345678'],
    ['+49 151 1234-5678', '+4915112345678'],
    ['1 (555) 123.4567', '+15551234567'],
  ])('%p is stored as %p', (written, stored) => {
    expect(PhoneNumber.parse(written)).toBe(stored);
  });

  it.each(['', '+', '0049151123456', '12345', 'hello', '+49151123456789012', '++4915112345678', '+49151x12345'])(
    '%p is none',
    (written) => {
      expect(PhoneNumber.safeParse(written).success).toBe(false);
    },
  );
});

describe('A recipient', () => {
  it.each([
    ['4915112345678@c.us', '+4915112345678'],
    ['12345678901234@lid', '12345678901234@lid'],
    ['120363041234567890@g.us', '120363041234567890@g.us'],
    ['4915112345678', '+4915112345678'],
  ])('%p is stored as %p', (written, stored) => {
    expect(Recipient.parse(written)).toBe(stored);
  });

  it.each(['someone@example.com', 'x@lid', '@g.us', '123@c.us'])('%p is refused', (written) => {
    expect(Recipient.safeParse(written).success).toBe(false);
  });
});
