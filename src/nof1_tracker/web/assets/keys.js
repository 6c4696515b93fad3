// Keys: / searches, g and a letter go to a page, [ and ] to what lies before and after.

function isWriting(target) {
  return target.closest("input, select, textarea, [contenteditable]") !== null;
}

function startKeys() {
  let isGoing = false;
  document.addEventListener("keydown", (event) => {
    if (isWriting(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isGoing) {
      isGoing = false;
      document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)?.click();
      return;
    }
    document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
    if (event.key === "g") isGoing = true;
    if (event.key === "/") {
      const field = document.querySelector("input[type=search]");
      if (!field) return;
      event.preventDefault();
      field.focus();
    }
  });
}
