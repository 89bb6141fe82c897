// Draws every dashboard with what collect.py wrote: draw.mjs ANSWERS DIRECTORY
import {mkdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {build} from 'esbuild';
import {chromium} from 'playwright-core';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const GENERATED = join(HERE, '../generated');
const PUBLIC = join(HERE, 'node_modules/@grafana/ui/dist/public');
const ORIGIN = 'http://preview.invalid';
const WIDTH = 1600;
const SETTLE_MS = 4000;
const ROW_PIXELS = 38,
  HEADER_PIXELS = 70;
const STYLE = `
  body { background: #111217; margin: 0; }
  header { display: flex; align-items: center; gap: 12px; padding: 10px 12px; }
  h1 { font-size: 18px; margin: 0 12px 0 0; }
  h2 { font-size: 16px; margin: 0; line-height: 30px; }
  main { position: relative; margin-left: 8px; }
  .variable b, .variable i { border: 1px solid #33363d; padding: 5px 8px; font-style: normal; font-size: 13px; }
  .variable b { background: #22252b; font-weight: 500; }
  .variable i { background: #111217; }
  .dropdown { margin-left: auto; border: 1px solid #33363d; padding: 5px 8px; font-size: 13px; }
  .no-data { height: 100%; display: flex; align-items: center; justify-content: center; color: #9b9ea7; }`;

async function bundle() {
  const {outputFiles} = await build({
    entryPoints: [join(HERE, 'page.jsx')],
    bundle: true,
    write: false,
    format: 'iife',
    outdir: '/',
    define: {'process.env.NODE_ENV': '"production"', global: 'window'},
    loader: {'.svg': 'dataurl', '.png': 'dataurl', '.ttf': 'empty'},
    logLevel: 'error',
  });
  const textOf = (end) => outputFiles.find(({path}) => path.endsWith(end)).text;
  return {script: textOf('.js'), style: STYLE + textOf('.css')};
}

async function serve(page, {script, style}) {
  const html = `<!doctype html><meta charset="utf-8"><style>${style}</style><div id="page"></div>
<script src="/page.js"></script>`;
  await page.route('**/*', async (route) => {
    const {pathname} = new URL(route.request().url());
    if (pathname === '/') return route.fulfill({body: html, contentType: 'text/html'});
    if (pathname === '/page.js')
      return route.fulfill({body: script, contentType: 'text/javascript'});
    const icon = /\/img\/icons\/.*$/.exec(pathname)?.[0];
    if (!icon) return route.abort();
    return route.fulfill({path: join(PUBLIC, icon), contentType: 'image/svg+xml'});
  });
}

async function picture(browser, parts, dashboard, answers, seconds, file) {
  // Tables draw only the rows that are in sight.
  const rows = Math.max(...dashboard.panels.map(({gridPos: {y, h}}) => y + h));
  const height = HEADER_PIXELS + rows * ROW_PIXELS;
  const page = await browser.newPage({viewport: {width: WIDTH, height}});
  page.on('pageerror', (error) => console.error(`${dashboard.uid}: ${error.stack}`));
  await serve(page, parts);
  await page.goto(`${ORIGIN}/`);
  await page.evaluate(([d, a, s]) => window.draw(d, a, s), [dashboard, answers, seconds]);
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({path: file});
  await page.close();
}

const [answersFile, directory] = process.argv.slice(2);
const {dashboards, ...seconds} = JSON.parse(await readFile(answersFile, 'utf8'));
await mkdir(directory, {recursive: true});
const parts = await bundle();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
});
for (const [uid, answers] of Object.entries(dashboards)) {
  const dashboard = JSON.parse(await readFile(join(GENERATED, `${uid}.json`), 'utf8'));
  await picture(browser, parts, dashboard, answers, seconds, join(directory, `${uid}.png`));
}
await browser.close();
