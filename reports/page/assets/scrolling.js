/* What is larger than its place can be scrolled by keys: then, and only then, it is a stop on the way of the tab key. */
"use strict";

const tooWide = new ResizeObserver((changed) => {
  for (const { target } of changed) {
    if (target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight) {
      target.tabIndex = 0;
      target.setAttribute("role", "group");
      target.setAttribute("aria-label", target.matches("pre") ? "text that scrolls" : "table that scrolls sideways");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
    }
  }
});
for (const place of document.querySelectorAll(".scroll, pre")) tooWide.observe(place);
