"""How a page looks: light and dark, on telephones, screens and paper."""

CSS = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #1c2127; --soft: #59636e; --line: #d5dae0; --card: #f6f7f9;
  --link: #0b57a4; --check: #a33200; --check-card: #fff1ea; --note: #6b5200; --note-card: #fdf6dd; }
@media (prefers-color-scheme: dark) { :root { --page: #14171b; --ink: #e6e9ed; --soft: #a2abb5; --line: #353c45;
  --card: #1d2228; --link: #7db8f5; --check: #ffab85; --check-card: #37211a; --note: #f0d585; --note-card: #322b16; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: 1rem; background: var(--page); padding: .5rem; }
header, main, footer { max-width: 1280px; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; } h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.02rem; margin: 1.4rem 0 .4rem; } p { margin: .4rem 0; max-width: 75ch; }
.soft, figcaption, footer { color: var(--soft); font-size: .9rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; padding: 0; margin: .8rem 0 0; }
ul.attention { list-style: none; padding: 0; margin: 0; }
ul.attention li { border-left: 5px solid var(--line); border-radius: 3px; padding: .45rem .8rem; margin: .4rem 0; max-width: 90ch; }
ul.attention li.check { border-color: var(--check); background: var(--check-card); } li.check b { color: var(--check); }
ul.attention li.note { border-color: var(--note); background: var(--note-card); } li.note b { color: var(--note); }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(330px, 100%), 1fr)); gap: 1rem; margin: .6rem 0; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; background: var(--card); }
figure.wide { grid-column: 1 / -1; }
figure img { display: block; width: 100%; height: auto; background: #ffffff; }
figure.wide img { width: auto; max-width: 100%; margin: 0 auto; } figure.wide { text-align: center; }
figcaption { padding: .4rem .7rem .55rem; text-align: left; }
@media (prefers-color-scheme: dark) { figure img { filter: brightness(.92); } }
.scroll { overflow-x: auto; margin: .3rem 0 .6rem; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
.caption { color: var(--soft); font-size: .9rem; margin: .8rem 0 0; }
th, td { text-align: left; padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } td { white-space: nowrap; } td.long { white-space: normal; min-width: 16rem; max-width: 40rem; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--link); }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .7rem; font-size: .8rem;
  white-space: pre-wrap; }
footer { margin-top: 2.5rem; padding-bottom: 2rem; border-top: 1px solid var(--line); padding-top: .8rem; }
@page { margin: 15mm; }
@media print { :root { --page: #fff; --ink: #000; --soft: #444; --line: #bbb; --card: #fff; --check: #a33200; --note: #6b5200;
    --check-card: #fff; --note-card: #fff; --link: #000; }
  body { font-size: 10pt; } nav, .skip { display: none; } .scroll { overflow: visible; } figure img { filter: none; }
  .pictures { grid-template-columns: 1fr 1fr; } figure, tr, ul.attention li { break-inside: avoid; }
  h2, h3, .caption { break-after: avoid; } table { font-size: 7.5pt; } td { white-space: normal; } }
"""
