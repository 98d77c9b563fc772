import type { Strike } from './fault.ts';

export const fillStore: Strike = async ({ world }) => ({ target: 'the snapshot store', undo: await world.store.fill() });
export const forbidStore: Strike = async ({ world }) => ({ target: 'the snapshot store', undo: await world.store.forbidWriting() });
export const hideStore: Strike = async ({ world }) => ({ target: 'the snapshot store', undo: await world.store.putOutOfReach() });
