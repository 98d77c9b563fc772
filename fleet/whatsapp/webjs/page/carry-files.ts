import type { MsgModel, PageWindow } from './whatsapp-page.ts';

declare const window: PageWindow;

/**
 * Files in and out of the page, without their bytes in any message between the page and Node. Those to be sent are put
 * into a file input by the browser, which reads them from the disk; those that came in are handed over in slices.
 */
export function carryFiles(): void {
  const corner = window.blazzCorner;
  const outgoing = new Map<string, File>();
  const incoming = new Map<string, Blob>();

  corner.fileInput = () => Object.assign(window.document.createElement('input'), { type: 'file' });
  corner.takeFile = (input, key) => {
    const file = input.files?.[0];
    if (!file) throw new Error('The browser did not put the file into its input');
    outgoing.set(key, file);
  };
  corner.dropFile = (key) => void outgoing.delete(key);

  // The library decodes base64 into a file; ours are files already.
  corner.whenInjected.push((helpers) => {
    let theirs = helpers.mediaInfoToFile;
    Object.defineProperty(helpers, 'mediaInfoToFile', {
      get: () => (info: { fileKey?: string; filename?: string; mimetype: string }) => {
        const file = info.fileKey === undefined ? undefined : outgoing.get(info.fileKey);
        return file ? new File([file], info.filename ?? file.name, { type: info.mimetype, lastModified: Date.now() }) : theirs(info);
      },
      set: (value: typeof theirs) => {
        theirs = value;
      },
    });
  });

  const codeOf = (error: unknown): 'gone' | 'corrupt' | 'failed' => {
    const { status, name = '', message = '' } = (error ?? {}) as { status?: number; name?: string; message?: string };
    if (status === 404 || status === 410 || /notfound|expired/i.test(name)) return 'gone';
    return /hash|hmac|decrypt|mac ?mismatch/i.test(`${name} ${message}`) ? 'corrupt' : 'failed';
  };

  const unused = { addAnnotations: () => unused, addPoint: () => unused };
  const decrypt = (message: MsgModel): Promise<ArrayBuffer> => {
    const { directPath, encFilehash, filehash, mediaKey, mediaKeyTimestamp, type } = message;
    const signal = new AbortController().signal;
    return window.require('WAWebDownloadManager').downloadManager.downloadAndMaybeDecrypt({
      directPath, encFilehash, filehash, mediaKey, mediaKeyTimestamp, type, signal, downloadQpl: unused,
    });
  };

  /** What WhatsApp's servers have dropped, the sender's phone may upload again, if it is asked to: then the address is another. */
  const askPhone = async (message: MsgModel): Promise<void> => {
    await message.downloadMedia?.({ downloadEvenIfExpensive: true, rmrReason: 1 });
    if (message.mediaData?.mediaStage.includes('ERROR')) throw Object.assign(new Error('The phone has it no more'), { status: 404 });
  };

  const fetchFile = async (message: MsgModel): Promise<ArrayBuffer> => {
    try {
      return await decrypt(message);
    } catch (error) {
      if (codeOf(error) !== 'gone') throw error;
      await askPhone(message);
      return decrypt(message);
    }
  };

  /** In a group the key also names who wrote, which we do not keep. */
  const inGroup = (wireId: string): MsgModel | undefined =>
    window.require('WAWebCollections').Msg.getModelsArray().find(({ id }) => id.id === wireId && !id.fromMe);

  corner.openFile = async (jid, wireId) => {
    const message = jid.endsWith('@g.us') ? inGroup(wireId) : await corner.findMessage(jid, wireId, false);
    if (!message?.directPath) return { error: 'gone', detail: 'The page does not know the message any more' };
    try {
      const blob = new Blob([await fetchFile(message)]);
      incoming.set(wireId, blob);
      return { bytes: blob.size };
    } catch (error) {
      return { error: codeOf(error), detail: String(error).slice(0, 200) };
    }
  };

  corner.readFile = async (wireId, from, to) => {
    const blob = incoming.get(wireId);
    if (!blob) throw new Error('The file is not open');
    const reader = new window.FileReader();
    const read = new Promise<string>((resolve, reject) => {
      reader.addEventListener('load', () => resolve(String(reader.result)));
      reader.addEventListener('error', () => reject(new Error('The slice could not be read')));
    });
    reader.readAsDataURL(blob.slice(from, to));
    const url = await read;
    return url.slice(url.indexOf(',') + 1);
  };

  corner.closeFile = (wireId) => void incoming.delete(wireId);
}
