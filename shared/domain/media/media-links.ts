import type { MessageView } from '../../contracts/api/messages.ts';
import type { MediaStore } from './media-store.ts';

/** A message with a link to its file, if that is stored. */
export type AddMediaLink = (workspaceId: string, view: MessageView) => Promise<MessageView>;

/** Signing asks nobody: it costs a fraction of a millisecond. */
export const makeAddMediaLink = (store: Pick<MediaStore, 'linkTo'>): AddMediaLink =>
  async (workspaceId, view) => {
    const { media } = view;
    if (media?.status !== 'stored') return view;
    const { id, mimetype, filename } = media;
    return { ...view, media: { ...media, url: await store.linkTo({ workspaceId, id, area: 'media', mimetype, filename }) } };
  };
