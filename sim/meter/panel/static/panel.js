// Shows what the world says and sends fingers to it. No words here: they come from the server.
"use strict";
(() => {
  const { state, states, lang } = document.body.dataset;
  const LOOK_MS = 250, LIST_MS = 2000;
  const lost = document.getElementById("lost");
  const keys = [];
  let sending = false;

  const show = (root, seen) => {
    for (const [field, words] of Object.entries(seen.words)) {
      for (const element of root.querySelectorAll(`[data-field="${field}"]`)) {
        if (element.textContent !== words) element.textContent = words;
        element.classList.toggle("on", seen.on.includes(field));
      }
      for (const element of root.querySelectorAll(`[data-field="${field}-lit"], [data-field="${field}-glow"]`)) {
        element.classList.toggle("on", seen.on.includes(field));
      }
    }
  };

  const ask = async (address, options) => {
    try {
      const answer = await fetch(`${address}?lang=${lang}`, options);
      lost.hidden = answer.ok;
      return answer.ok ? await answer.json() : null;
    } catch {
      lost.hidden = false;
      return null;
    }
  };

  const look = async () => {
    if (sending) return;
    const seen = await ask(state || states);
    if (!seen || sending) return;
    if (state) return show(document, seen);
    for (const row of document.querySelectorAll("[data-meter]")) {
      if (seen[row.dataset.meter]) show(row, seen[row.dataset.meter]);
    }
  };

  const lookAgain = async () => {
    if (!document.hidden) await look();
    setTimeout(lookAgain, state ? LOOK_MS : LIST_MS);
  };

  // one after the other, so that they arrive in the order of the fingers
  const send = async () => {
    if (sending) return;
    sending = true;
    while (keys.length) {
      const seen = await ask(state.replace("/state/", "/press/"), {
        method: "POST", headers: { "X-Panel": "1", "Content-Type": "application/json" },
        body: JSON.stringify({ key: keys.shift() }),
      });
      if (seen) show(document, seen); else keys.length = 0;
    }
    sending = false;
  };

  const press = (key) => {
    const button = document.querySelector(`[data-key="${key}"]`);
    button.classList.add("down");
    setTimeout(() => button.classList.remove("down"), 120);
    keys.push(key);
    send();
  };

  if (state) {
    const named = { Enter: "ok", Backspace: "del", Delete: "del" };
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-key]");
      if (!button) return;
      if (event.detail) button.blur(); // after a click of the mouse, Enter of the keyboard means Enter
      press(button.dataset.key);
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const key = /^[0-9]$/.test(event.key) ? event.key : named[event.key];
      if (!key || (key === "ok" && event.target.closest("a, button"))) return; // Enter on a link is a click
      event.preventDefault();
      press(key);
    });
    document.addEventListener("paste", (event) => {
      const digits = event.clipboardData.getData("text").replace(/[\s-]/g, "");
      if (/^[0-9]{1,20}$/.test(digits)) [...digits].forEach(press);
    });
  }
  lookAgain();
})();
