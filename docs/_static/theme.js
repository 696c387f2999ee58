// Before the page is painted: in the theme that the reader chose.
document.body.dataset.theme = localStorage.getItem("theme") || "auto";
