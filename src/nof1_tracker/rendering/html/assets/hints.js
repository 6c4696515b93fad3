// What a word means, at the word: under a mouse, with the focus of a keyboard, and for a
// thumb. Without scripts, it is the word's title.

function showHint(text, holder) {
  const { left, bottom } = holder.getBoundingClientRect();
  showTip(text, { clientX: left - 16, clientY: bottom - 10 });
}

function startHints(scope) {
  scope.querySelectorAll("thead [title], dt [title]").forEach((word) => {
    const text = word.title;
    const holder = word.closest("button") ?? word;
    word.removeAttribute("title");
    word.classList.add("hint");
    if (holder === word) word.tabIndex = 0;
    holder.setAttribute("aria-description", text);
    const show = () => showHint(text, holder);
    const away = ["pointerleave", "blur"];
    holder.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") show(); });
    ["focus", "click"].forEach((kind) => holder.addEventListener(kind, show));
    away.forEach((kind) => holder.addEventListener(kind, hideTip));
    holder.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });
  });
}
