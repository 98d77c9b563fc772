import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { runCanary } from '../../../fleet/canary/run-canary.ts';
import type { OutgoingMessage } from '../../../fleet/whatsapp/whatsapp-client.ts';
import { groupEnded } from '../../../fleet/whatsapp/webjs/browser-processes.ts';
import { bridgeKeyText } from '../../../fleet/whatsapp/webjs/page/bridge-key-text.ts';
import { bridgeMediaId } from '../../../fleet/whatsapp/webjs/page/bridge-media-id.ts';
import { PAGE_PARTS } from '../../../fleet/whatsapp/webjs/page/page-script.ts';
import type { PageWindow } from '../../../fleet/whatsapp/webjs/page/whatsapp-page.ts';
import { until } from '../../../local/client/until.ts';
import { ClientHarness } from './client-harness.ts';

const TEST_MS = 90_000;
const CARLA = '+4915200100002';
const inTime = () => Date.now() + 30_000;
const newWireId = () => `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
const toCarla = (content: OutgoingMessage['content']): OutgoingMessage => ({ wireId: newWireId(), peer: CARLA, content, replyTo: null });
const text = (words: string) => toCarla({ type: 'text', text: words });
const file = () => toCarla({ type: 'document', media: { base64: Buffer.concat([Buffer.from('%PDF-1.7'), randomBytes(500)]).toString('base64'), mimetype: 'application/pdf', filename: 'a.pdf' } });
const without = (part: () => void) => ({ pageParts: PAGE_PARTS.filter((one) => one !== part) });

declare const window: PageWindow & { WWebJS: { getChats(): Promise<unknown[]> } };

/** Runs in the page: at each message that comes in, asks the library for its chats as its users do, and tells of it as of a message. */
function askLibraryForChats(): void {
  const { blazzCorner: corner, onAddMessageEvent } = window;
  const tell = (message: Parameters<typeof onAddMessageEvent>[0], answer: string): void =>
    corner.report('received', { ...corner.describe(message), text: `the library gives ${answer}` });
  window.onAddMessageEvent = (message) => {
    onAddMessageEvent(message);
    void window.WWebJS.getChats().then(() => tell(message, 'a list'), () => tell(message, 'an error'));
  };
}

describe("WhatsApp's page in trouble, with the real library in a real browser", () => {
  let harness: ClientHarness;
  const serve = (build: string) => harness.service.must('PATCH', '/config', { build });
  const fault = (number: string, kind: string) => harness.service.must('POST', `/phones/${number}/faults`, { kind });
  const linksOf = async (number: string) => ((await harness.service.must('GET', `/phones/${number}`)) as { linked: { hasDialog: boolean }[] }).linked;

  beforeAll(async () => {
    harness = await ClientHarness.start();
    await harness.phones(CARLA);
  }, TEST_MS);
  afterAll(() => harness?.stop(), TEST_MS);

  describe('TimeoutHandler', () => {
    it('closes a browser that does not answer in time, and leaves no process of it', async () => {
      const under = await harness.linked('+4915200100010', undefined, { closeTimeoutMs: 500 });
      const group = under.client.processGroup ?? 0;
      process.kill(-group, 'SIGSTOP');
      await under.client.close();
      expect(await groupEnded(group, 0)).toBe(true);
      expect(under.ofType('timed-out')).toContainEqual({ type: 'timed-out', call: 'close', limitMs: 500 });
    }, TEST_MS);

    it('gives up a question to a page that hangs', async () => {
      const number = '+4915200100011';
      const under = await harness.linked(number, undefined, { answerMs: 500 });
      await fault(number, 'hang');
      await until(async () => under.client.checkHealth().then(() => false, ({ name }: Error) => name === 'PageTimeoutError'), { what: 'the page to hang' });
      expect(await under.event('timed-out')).toMatchObject({ call: 'health', limitMs: 500 });
      under.client.kill();
    }, TEST_MS);
  });

  describe('dialogs', () => {
    const number = '+4915200100020';

    it('are clicked away as they come', async () => {
      const profile = harness.newProfile();
      const under = await harness.linked(number, profile);
      await fault(number, 'modal');
      await until(async () => (await linksOf(number)).some(({ hasDialog }) => !hasDialog), { what: 'the dialog to be gone' });
      await under.client.close();

      await fault(number, 'modal'); // for the next page to show
      expect(await linksOf(number)).toMatchObject([{ hasDialog: true }]);
      await harness.service.must('PATCH', '/config', { syncMs: 3_600_000 });
      const starting = await harness.open(profile);
      await until(async () => (await linksOf(number)).some(({ hasDialog }) => !hasDialog), { what: 'the dialog to be gone during the start' });
      expect(starting.ofType('ready')).toEqual([]);
      await harness.service.must('PATCH', '/config', { syncMs: 200 });
      starting.client.kill();
    }, TEST_MS);
  });

  it('says that the page is outdated, whether it runs or starts', async () => {
    const [number, profile] = ['+4915200100030', harness.newProfile()];
    const running = await harness.linked(number, profile);
    await fault(number, 'outdated');
    expect(await running.event('closed')).toMatchObject({ reason: 'outdated' });
    const starting = await harness.open(profile);
    expect(await starting.event('closed')).toMatchObject({ reason: 'outdated' });
  }, TEST_MS);

  it("tells WhatsApp's page that is not to be had from a browser that does not start", async () => {
    const nowhere = await harness.open(harness.newProfile(), null, { address: { ...harness.address, hostAndPort: '127.0.0.1:9' } });
    expect(await nowhere.event('closed')).toMatchObject({ reason: 'unreachable', detail: expect.stringContaining('ERR_CONNECTION_REFUSED') });
  }, TEST_MS);

  it('waits for a passkey, and goes on when the person has confirmed it', async () => {
    const number = '+4915200100040';
    await harness.phones(number);
    await fault(number, 'passkey');
    const under = await harness.open(harness.newProfile());
    const { qr } = await under.event('qr');
    await harness.service.call('POST', `/phones/${number}/link`, { qr });
    await under.event('action-required');
    await harness.service.must('DELETE', `/phones/${number}/faults`);
    await under.event('ready');
    under.client.kill();
  }, TEST_MS);

  it('loads the page anew without a QR code, and is ready again on another page', async () => {
    const under = await harness.linked('+4915200100050');
    await under.client.reload();
    await until(async () => under.ofType('ready').length === 2, { what: 'the second ready' });
    expect(under.ofType('ready').map(({ isReload }) => isReload)).toEqual([false, true]);
    expect(under.ofType('reloading')).toHaveLength(1);
    expect(under.ofType('qr')).toHaveLength(1);
    const message = text('after the reload');
    expect(await under.client.send([message], inTime())).toEqual([{ outcome: 'accepted' }]);
    await under.ack(message.wireId, 2);
    under.client.kill();
  }, TEST_MS);

  it('sees when the connection last brought anything, with no message sent', async () => {
    await harness.service.must('PATCH', '/config', { keepaliveMs: 200 });
    const number = '+4915200100060';
    const under = await harness.linked(number);
    const first = (await under.client.checkHealth()).lastFrameAt ?? 0;
    expect(first).toBeGreaterThan(0);
    await until(async () => ((await under.client.checkHealth()).lastFrameAt ?? 0) > first, { what: 'a later frame' });
    await fault(number, 'half-open');
    const silentMs = async () => Date.now() - ((await under.client.checkHealth()).lastFrameAt ?? Date.now());
    await until(async () => (await silentMs()) > 1_000, { what: 'the silence to show' });
    expect(await under.client.checkHealth()).toMatchObject({ isConnected: true, state: 'CONNECTED' });
    await harness.service.must('PATCH', '/config', { keepaliveMs: 20_000 });
    under.client.kill();
  }, TEST_MS);

  describe('page builds', () => {
    afterAll(() => serve('classic'));

    it('names what a build lacks on which the library gets linked and not ready', async () => {
      await serve('tomorrow');
      const under = await harness.scanned('+4915200100070', undefined, { readyLimits: { tellAfterMs: 500, giveUpAfterMs: 1_500 } });
      const detail = expect.stringContaining('the page lacks WAWebCallCollection');
      expect(await under.event('not-ready')).toMatchObject({ detail });
      expect(await under.event('page-warning')).toMatchObject({ code: 'not_ready', detail });
      expect(await under.event('closed')).toMatchObject({ reason: 'not_ready', detail });
    }, TEST_MS);

    it('warns of a build later than the adopted one', async () => {
      await serve('classic');
      const under = await harness.linked('+4915200100071', undefined, { adoptedBuild: '2.3000.1042386814' });
      expect(await under.event('page-warning')).toMatchObject({ code: 'unknown_build', detail: expect.stringContaining('2.3000.1042386815') });
      under.client.kill();
    }, TEST_MS);

    it('passes the canary where everything works, and fails it where it does not', async () => {
      const number = '+4915200100074';
      const profile = harness.newProfile();
      await harness.phones(number);
      const run = () => runCanary({
        readyWithinMs: 60_000,
        open: (onEvent) => harness.client(profile, onEvent, { adoptedBuild: '2.3000.1', readyLimits: { tellAfterMs: 200, giveUpAfterMs: 1_000 } }),
        onQr: (qr) => void harness.service.call('POST', `/phones/${number}/link`, { qr }),
      });
      await serve('media-id');
      expect(await run()).toEqual({ isPassed: true, build: '2.3000.1047712054', checks: { ready: null, modules: null, text: null, file: null } });
      await serve('tomorrow');
      expect(await run()).toMatchObject({ isPassed: false, checks: { ready: expect.stringMatching(/^not_ready: .*WAWebCallCollection/) } });
    }, TEST_MS);

    it('cannot send files on media-id without its bridge', async () => {
      await serve('media-id');
      const under = await harness.linked('+4915200100072', undefined, without(bridgeMediaId));
      const outcomes = await under.client.send([text('text works'), file()], inTime());
      expect(outcomes).toMatchObject([{ outcome: 'accepted' }, { outcome: 'failed', failure: { detail: expect.stringContaining('must include an id property') } }]);
      under.client.kill();
    }, TEST_MS);

    it.each([
      { bridges: 'with', over: { pageParts: [...PAGE_PARTS, askLibraryForChats] }, answer: 'a list' },
      { bridges: 'without', over: { pageParts: [...without(bridgeKeyText).pageParts, askLibraryForChats] }, answer: 'an error' },
    ])('gives the library $answer of chats on minified-key $bridges its bridge', async ({ over, answer }) => {
      await serve('minified-key');
      const number = `+491520010008${answer.length}`;
      const under = await harness.linked(number, undefined, over);
      await harness.service.must('POST', `/phones/${CARLA}/messages`, { to: number, text: 'a chat' });
      expect((await under.received(`the library gives ${answer}`)).text).toBeDefined();
      under.client.kill();
    }, TEST_MS);
  });
});
