import { encryptAndUpload, getOrCreateMediaObject, OpaqueData, prepRawMedia, uploadMedia } from './media.js';
import { download, hashOf } from './media-transfer.js';
import { define } from './modules.js';

/** Modules that prepare, send and fetch media. */
/** As the page makes stickers of pictures. */
async function toWebpSticker(file) {
  const picture = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(512, 512);
  canvas.getContext('2d').drawImage(picture, 0, 0, 512, 512);
  return canvas.convertToBlob({ type: 'image/webp' });
}

const getRandomFilehash = () => hashOf(crypto.getRandomValues(new Uint8Array(32)).buffer);

define({
  WAWebMediaOpaqueData: OpaqueData,
  WAWebPrepRawMedia: { prepRawMedia },
  WAWebMediaStorage: { getOrCreateMediaObject },
  WAWebMmsMediaTypes: { msgToMediaType: ({ type }) => type, castToV4: (type) => type },
  WAWebMediaDataUtils: { shouldUseMediaCache: () => false },
  WAWebMediaInMemoryBlobCache: { InMemoryMediaBlobCache: new Map() },
  WAWebMediaMmsV4Upload: { uploadMedia, uploadUnencryptedMedia: uploadMedia },
  WAWebUploadManager: { encryptAndUpload },
  WAWebStartMediaUploadQpl: { startMediaUploadQpl: () => ({}) },
  WAWebImageUtils: { toWebpSticker },
  WAMediaCalculateFilehash: { getRandomFilehash },
  WAWebDownloadManager: { downloadManager: { downloadAndMaybeDecrypt: download } },
});
