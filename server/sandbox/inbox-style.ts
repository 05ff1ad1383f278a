/** The look of the inbox: dense and calm, light and dark, one column on a phone. */
export const style = `
:root{color-scheme:light dark;--back:#fff;--side:#fafafa;--line:#e4e4e7;--text:#18181b;--soft:#52525b;--faint:#6b6b76;--hover:#f4f4f5;--on:#eef2ff;--accent:#4f46e5;--dot:#4f46e5;--chip:#f4f4f5}
@media(prefers-color-scheme:dark){:root{--back:#0c0c0f;--side:#111114;--line:#27272a;--text:#fafafa;--soft:#a1a1aa;--faint:#9494a0;--hover:#18181b;--on:#1e1b3a;--accent:#a5b4fc;--dot:#818cf8;--chip:#1f1f23}}
*{box-sizing:border-box}
html,body{height:100%}
body{margin:0;display:grid;grid-template:auto 1fr/minmax(300px,400px) 1fr;background:var(--back);color:var(--text);font:13px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
a{color:inherit;text-decoration:none}
:focus-visible{outline:2px solid var(--accent);outline-offset:-2px;border-radius:6px}
header{grid-column:1/-1;display:flex;align-items:center;gap:12px;padding:8px 16px;border-bottom:1px solid var(--line);background:var(--side)}
header b{font-size:14px;font-weight:600;white-space:nowrap}
header .note{color:var(--faint);white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
header form.search{margin-left:auto;flex:0 1 320px}
input,select{width:100%;height:32px;padding:0 10px;border:1px solid var(--line);border-radius:6px;background:var(--back);color:var(--text);font:inherit}
.button{display:inline-flex;align-items:center;height:32px;padding:0 12px;border:1px solid var(--line);border-radius:6px;background:var(--back);color:var(--text);font:inherit;font-weight:500;white-space:nowrap;cursor:pointer}
.button:hover{background:var(--hover)}
.button.main{background:var(--text);border-color:var(--text);color:var(--back)}
nav.list{overflow-y:auto;border-right:1px solid var(--line);background:var(--side)}
nav.list ol{margin:0;padding:0;list-style:none}
nav.list a.mail{display:grid;grid-template-columns:10px 1fr auto;gap:2px 8px;padding:9px 14px 9px 10px;border-bottom:1px solid var(--line)}
nav.list a.mail:hover{background:var(--hover)}
nav.list a.mail[aria-current]{background:var(--on)}
.dot{width:7px;height:7px;margin-top:6px;border-radius:50%}
.new .dot{background:var(--dot)}
.new .subject,.new .to{font-weight:600}
.to,.subject,.from{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.subject,.from{grid-column:2/-1}
.from{color:var(--faint);font-size:12px}
time{color:var(--faint);font-size:12px;white-space:nowrap}
.more{display:block;padding:14px;text-align:center;color:var(--soft);font-weight:500}
.empty{display:grid;place-content:center;height:100%;padding:32px;text-align:center;color:var(--soft)}
.empty h2{margin:0 0 6px;font-size:15px;color:var(--text)}
.empty p{max-width:340px;margin:0 auto}
kbd{padding:1px 5px;border:1px solid var(--line);border-bottom-width:2px;border-radius:4px;font:11px ui-monospace,monospace}
main{display:flex;flex-direction:column;min-width:0;overflow:hidden}
main .top{padding:16px 20px 0;border-bottom:1px solid var(--line)}
main h1{margin:0 0 8px;font-size:17px;line-height:1.35;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin:0 0 10px}
dt{color:var(--faint)}dd{margin:0;overflow-wrap:anywhere}
.acts{display:flex;flex-wrap:wrap;gap:6px;margin:0 0 10px;padding:0;list-style:none}
.acts li{padding:2px 8px;border-radius:99px;background:var(--chip);color:var(--soft);font-size:12px;overflow-wrap:anywhere}
.tabs{display:flex;gap:4px;margin:0 -8px}
.tabs a{padding:7px 10px;border-bottom:2px solid transparent;color:var(--soft);font-weight:500}
.tabs a[aria-current]{border-color:var(--accent);color:var(--text)}
iframe{flex:1;width:100%;min-height:0;border:0;background:#fff}
pre{flex:1;margin:0;padding:16px 20px;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;font:12.5px/1.55 ui-monospace,SFMono-Regular,Menlo,monospace}
.back{display:none}
.panel{max-width:560px;padding:24px 20px;overflow:auto}
.panel h1{font-size:18px}
.panel p{color:var(--soft);margin:0 0 16px}
.grid{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;margin-bottom:16px}
label{display:grid;gap:4px;font-weight:500}
label small{font-weight:400;color:var(--faint)}
label.check{display:flex;align-items:center;gap:8px;margin-bottom:16px}
label.check input{width:16px;height:16px}
.saved{color:var(--accent);margin-left:8px}
.row{display:flex;gap:8px;align-items:center;flex-wrap:wrap}
@media(max-width:760px){
body{grid-template:auto 1fr/1fr}
header{flex-wrap:wrap;padding:8px 12px}
header .note{display:none}
header form.search{order:9;flex:1 0 100%;margin:0}
header .gap{flex:1}
nav.list{border:0}
body.reading nav.list,body:not(.reading) main{display:none}
body.reading .back{display:inline-flex}
.grid{grid-template-columns:1fr}
input,.button{height:40px}
}
@media(prefers-reduced-motion:no-preference){nav.list a.mail,.button{transition:background .12s}}`;

/** Keys, and a list that follows what comes in. Without it, everything still works by links and forms. */
export const script = `
const list = document.querySelector("nav.list");
const rows = () => [...list.querySelectorAll("a.mail")];
const go = (step) => {
  const all = rows();
  const at = all.findIndex((row) => row.hasAttribute("aria-current"));
  const next = all[at < 0 ? 0 : at + step];
  if (next) location.assign(next.href);
};
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input,select,textarea") || event.metaKey || event.ctrlKey || event.altKey) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "/") { event.preventDefault(); document.querySelector("input[name=q]").focus(); }
  else if (event.key === "Escape" && document.body.classList.contains("reading")) location.assign("/" + location.search);
  else if ("1234".includes(event.key)) document.querySelectorAll(".tabs a")[event.key - 1]?.click();
});
list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
document.querySelector("form.wipe")?.addEventListener("submit", (event) => {
  if (!confirm("Delete every mail in the sandbox?")) event.preventDefault();
});
let shown = list.innerHTML;
setInterval(async () => {
  if (document.hidden || list.dataset.older) return;
  const response = await fetch("/list" + location.search + (location.search ? "&" : "?") + "open=" + (list.dataset.open ?? ""));
  if (!response.ok) return;
  const html = await response.text();
  if (html === shown) return;
  const focused = document.activeElement?.getAttribute?.("href");
  list.innerHTML = shown = html;
  if (focused) list.querySelector('a[href="' + CSS.escape(focused) + '"]')?.focus();
}, 1500);`;
