const LEAST = 1e-100;

/** DynamoDB takes no number nearer to 0 than 1e-130, and the SDK none beyond the whole numbers that are exact. */
export const isStorable = (value: number): boolean => value === 0 || (Math.abs(value) >= LEAST && Math.abs(value) <= Number.MAX_SAFE_INTEGER);
export const NOT_STORABLE = 'must be 0, or from 1e-100 to 9007199254740991 away from it';
