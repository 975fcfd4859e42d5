'use strict';
(() => {
  const bar = document.getElementById('find');
  const field = document.getElementById('q');
  const said = document.getElementById('said');
  const fold = document.getElementById('fold');
  const main = document.querySelector('main');
  const folded = [...main.querySelectorAll('details')];
  const items = [...main.querySelectorAll('tbody tr, li.item')];
  const text = new Map(items.map((i) => [i, i.textContent.toLowerCase()]));
  let open = null; // which were open before a search

  const search = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !open) open = folded.map((d) => d.open);
    let n = 0;
    const hit = new Set();
    for (const i of items) {
      // A name that the rows of a table stand under is looked for too.
      const under = i.closest('details');
      const all = text.get(i) + (under ? under.querySelector('summary').textContent.toLowerCase() : '');
      const fits = words.every((w) => all.includes(w));
      i.classList.toggle('off', !fits);
      if (!fits || !words.length) continue;
      n++;
      for (let d = under; d; d = d.parentElement.closest('details')) hit.add(d);
    }
    folded.forEach((d, i) => {
      if (words.length) {
        d.open = hit.has(d);
        d.classList.toggle('off', !hit.has(d));
      } else {
        d.classList.remove('off');
        if (open) d.open = open[i];
      }
    });
    for (const t of main.querySelectorAll('.t')) {
      t.classList.toggle('off', words.length > 0 && !t.querySelector('tbody tr:not(.off)'));
    }
    // What has no row that fits is out of the way, so that those that do follow the search.
    for (const part of main.children) {
      if (part === bar || part.querySelector('#verdict')) continue;
      part.classList.toggle('off', words.length > 0 && !part.querySelector('tbody tr:not(.off), li.item:not(.off)'));
    }
    if (!words.length) open = null;
    said.textContent = words.length ? (n === 1 ? '1 row' : n + ' rows') : '';
  };

  const unfold = () => {
    const all = folded.every((d) => d.open);
    for (const d of folded) d.open = !all;
    label();
  };
  const label = () => {
    fold.textContent = folded.every((d) => d.open) ? 'Fold all' : 'Unfold all';
  };
  // A link to what is folded opens it.
  const follow = () => {
    let at = null;
    try {
      at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return;
    }
    for (let d = at && at.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
    if (at) at.scrollIntoView();
  };

  field.addEventListener('input', search);
  field.addEventListener('keydown', (e) => {
    if (e.key === 'Escape') {
      field.value = '';
      search();
    }
  });
  fold.addEventListener('click', unfold);
  for (const d of folded) d.addEventListener('toggle', label);
  window.addEventListener('hashchange', follow);
  bar.hidden = false;
  label();
  if (location.hash) follow();
})();
