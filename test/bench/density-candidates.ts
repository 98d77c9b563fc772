import type { FlagChange } from './browser-wrapper.ts';

/** One thing to change against the browser as the fleet starts it. */
export interface Candidate extends FlagChange {
  readonly name: string;
}

const added = (...flags: readonly string[]): Candidate => ({ name: `with ${flags.join(' ')}`, with: flags });
const removed = (flag: string): Candidate => ({ name: `without ${flag}`, without: [flag] });
const disabled = (...features: readonly string[]): Candidate => ({ name: `with --disable-features=${features.join(',')}`, disabling: features });

/** Flags the fleet sets, left out one at a time: what each is worth. */
const KEPT: readonly Candidate[] = [
  removed('--no-zygote'),
  removed('--in-process-gpu'),
  { name: 'without NetworkServiceInProcess2', notEnabling: 'NetworkServiceInProcess2' },
  { name: 'without all three', without: ['--no-zygote', '--in-process-gpu'], notEnabling: 'NetworkServiceInProcess2' },
  removed('--disable-software-rasterizer'),
  removed('--disable-gpu'),
  removed('--disable-quic'),
  removed('--disable-component-update'),
  { name: 'without --disk-cache-size=1', without: ['--disk-cache-size=*'] },
];

const TRIED: readonly Candidate[] = [
  disabled('SpareRendererForSitePerProcess'),
  disabled('BackForwardCache'),
  disabled('IsolateOrigins', 'site-per-process'),
  added('--disable-site-isolation-trials'),
  added('--renderer-process-limit=1'),
  added('--process-per-site'),
  added('--single-process'),
  added('--js-flags=--max-old-space-size=512'),
  added('--js-flags=--max-semi-space-size=1'),
  added('--js-flags=--optimize-for-size'),
  added('--js-flags=--lite-mode'),
  added('--js-flags=--jitless'),
  added('--js-flags=--single-threaded'),
  added('--media-cache-size=1'),
  added('--aggressive-cache-discard'),
  added('--blink-settings=imagesEnabled=false'),
  added('--disable-gpu-compositing'),
  added('--disable-2d-canvas-image-chromium'),
  added('--disable-webgl'),
  added('--disable-remote-fonts'),
  added('--disable-speech-api'),
  added('--disable-databases'),
  added('--num-raster-threads=1'),
  added('--force-device-scale-factor=0.5'),
  added('--window-size=320,240'),
  added('--enable-low-end-device-mode'),
];

export const CANDIDATES: readonly Candidate[] = [...KEPT, ...TRIED];

/** Node's own flags, for the instance. */
export const NODE_OPTIONS: readonly string[] = ['--max-semi-space-size=2', '--max-old-space-size=256'];
