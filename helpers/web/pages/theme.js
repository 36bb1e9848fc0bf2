// Light or dark: as the system has it, unless the address says `?theme=dark`, or whoever shows this
// page in a frame says so. No module, for those run only when the page has been drawn once.

function setTheme(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}

setTheme(new URLSearchParams(location.search).get("theme"));
addEventListener("message", ({ data }) => setTheme(data?.theme));
addEventListener("DOMContentLoaded", () => {
  // The other pages keep it.
  for (const link of document.querySelectorAll("nav a")) link.search = location.search;
});
