import { expect, it } from '@jest/globals';
import puppeteer from 'puppeteer';
import { launchOptions } from '../../../fleet/whatsapp/webjs/browser-launch.ts';

const executable = { path: '/usr/bin/chromium', version: '153.0.0.0', libraryPath: undefined };
const flags = () => puppeteer.defaultArgs(launchOptions(executable, '/profile'));
const featuresIn = (list: string) => flags().filter((flag) => flag.startsWith(`--${list}-features=`));

it('starts browsers without what puppeteer leaves out by itself: a new version of it might not', () => {
  for (const flag of ['--disable-dev-shm-usage', '--disable-background-networking', '--disable-sync', '--disable-breakpad', '--no-first-run', '--disable-extensions', '--mute-audio'])
    expect(flags()).toContain(flag);
  expect(featuresIn('disable')).toEqual([expect.stringMatching(/Translate.*MediaRouter.*OptimizationHints/)]);
});

it('adds our feature to the list there is: Chromium would take the last of two', () => {
  expect(featuresIn('enable')).toEqual([expect.stringMatching(/=.+,NetworkServiceInProcess2$/)]);
});
