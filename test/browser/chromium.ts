import { type CDPSession, chromium } from 'playwright-core';
import type { Browser } from './browser.ts';
import { PAGE_TEXTS, PHONE, textsIn, VIEWPORT } from './browser.ts';

/**
 * Chromium as Debian ships it, in a profile of its own.
 * @param executable path of `chromium`
 * @param xslt false: as it will be once XSLT is removed
 */
export async function startChromium(
  executable: string,
  xslt: boolean,
  viewport = VIEWPORT,
): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: executable,
    args: xslt ? FLAGS : [...FLAGS, '--disable-features=XSLT'],
  });
  const page = await browser.newPage({ viewport });
  const protocol = await page.context().newCDPSession(page);
  return {
    async open(url) {
      await page.goto(url, { waitUntil: 'load' });
      // A file that shows itself is replaced by what it makes of itself: the frame settles a moment after `load`.
      const texts = textsIn(await page.evaluate(`(() => {${PAGE_TEXTS}})()`));
      return { texts, picture: await wholePage(protocol) };
    },
    async print() {
      const { data } = await protocol.send('Page.printToPDF', { preferCSSPageSize: true });
      return Buffer.from(data, 'base64');
    },
    close: () => browser.close(),
  };
}

/** The same on a screen that is held in the hand. */
export const startOnPhone = (executable: string, xslt: boolean): Promise<Browser> =>
  startChromium(executable, xslt, PHONE);

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** playwright's own screenshot waits for ever on a document that is not HTML. */
async function wholePage(protocol: CDPSession): Promise<Buffer> {
  const { cssContentSize } = await protocol.send('Page.getLayoutMetrics');
  const { data } = await protocol.send('Page.captureScreenshot', {
    format: 'png',
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: cssContentSize.width, height: cssContentSize.height, scale: 1 },
  });
  return Buffer.from(data, 'base64');
}
