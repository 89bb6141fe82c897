// Keeps the open page fresh: fetches it again and puts the new <main> in place of the old one.
// Rests while nobody looks, and says so when the exporter does not answer.
'use strict';

const REFRESH_MS = 5000;
const PATIENCE_MS = 15000;

const banner = document.getElementById('connection');
let lastAnswer = new Date();
let timer = 0;

async function fetchPage() {
  const answer = await fetch(location.pathname, {
    cache: 'no-store',
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!answer.ok) throw new Error(`it answers ${answer.status}: ${(await answer.text()).trim()}`);
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}

function show(page) {
  const fresh = page.querySelector('main');
  if (!fresh) throw new Error('its answer is no page of an exporter');
  const focused = document.activeElement?.getAttribute('href');
  document.querySelector('main').replaceWith(document.adoptNode(fresh));
  if (focused?.startsWith('#')) document.querySelector(`main a[href="${focused}"]`)?.focus();
  document.body.classList.remove('stale');
  banner.hidden = true;
  lastAnswer = new Date();
}

function showSilence(error) {
  const seconds = Math.round((Date.now() - lastAnswer) / 1000);
  const reason = error instanceof TypeError || error.name === 'TimeoutError' ? '' : ` (${error.message})`;
  banner.textContent = `The exporter is not answering${reason}. ` +
      `These figures are ${seconds} seconds old, from ${lastAnswer.toLocaleTimeString()}.`;
  document.body.classList.add('stale');
  banner.hidden = false;
}

async function refresh() {
  clearTimeout(timer);
  if (document.hidden) return;
  try {
    const page = await fetchPage();
    // Whoever selects text to copy it keeps the selection.
    if (getSelection().isCollapsed) show(page);
  } catch (error) {
    showSilence(error);
  }
  timer = setTimeout(refresh, REFRESH_MS);
}

document.body.classList.add('live');
document.addEventListener('visibilitychange', refresh);
timer = setTimeout(refresh, REFRESH_MS);
