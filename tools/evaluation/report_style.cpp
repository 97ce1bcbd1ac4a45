#include "evaluation/report.h"

namespace bitplace::tools {

std::string report_style() {
  return R"css(
:root { color-scheme: light dark; --page: #f6f5f1; --card: #ffffff; --ink: #1d2327; --soft: #5d6870; --line: #dfddd5;
  --accent: #0b6e8a; --accent-soft: #d5eaf0; --right: #1f8a4c; --right-soft: #e0f3e6; --wrong: #bd3b2b;
  --wrong-soft: #fbe6e2; --note: #fdf4d8; --note-line: #dcb94d; }
@media (prefers-color-scheme: dark) { :root { --page: #14181b; --card: #1e2428; --ink: #e6e9ea; --soft: #9aa6ad;
  --line: #333c42; --accent: #5ec2de; --accent-soft: #1b3a44; --right: #5bcb88; --right-soft: #173424; --wrong: #f08576;
  --wrong-soft: #402420; --note: #332c14; --note-line: #8d7528; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto,
  "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100%; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 16px 56px; }
h1 { font-size: clamp(1.6rem, 5vw, 2.3rem); line-height: 1.15; margin: 0 0 .4em; letter-spacing: -.02em; }
h2 { font-size: 1.4rem; margin: 2.4em 0 .5em; letter-spacing: -.01em; }
h3 { font-size: 1.02rem; margin: 1.8em 0 .2em; }
p { margin: .3em 0 .8em; max-width: 46em; }
.soft { color: var(--soft); font-size: .92rem; }
.note { background: var(--note); border-left: 4px solid var(--note-line); border-radius: 6px; padding: .6em .9em; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
.scroll { overflow-x: auto; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: 10px; margin: 14px 0; }
.tile b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
.tile span { color: var(--soft); font-size: .86rem; }
.bar { height: 5px; border-radius: 3px; background: var(--accent-soft); margin-top: 8px; overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--accent); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); gap: 12px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 8px; border-bottom: 1px solid var(--line); vertical-align: top; font-size: .93rem; }
tr:last-child td { border-bottom: 0; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap; }
.details th { white-space: normal; width: 42%; }
.details td { overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; }
.chart text { fill: var(--soft); font-size: 11px; }
.chart .grid { stroke: var(--line); }
.chart .curve { fill: none; stroke: var(--accent); stroke-width: 2.2; stroke-linejoin: round; }
.chart .area { fill: var(--accent); opacity: .12; }
.chart .mark { fill: var(--card); stroke: var(--accent); stroke-width: 2.2; }
.filter { position: absolute; opacity: 0; pointer-events: none; }
.filters { display: flex; flex-wrap: wrap; gap: 6px; margin: 10px 0; }
.filters label { border: 1px solid var(--line); border-radius: 99px; padding: 3px 13px; cursor: pointer; background: var(--card);
  font-size: .9rem; }
.all:checked ~ .filters .to-all, .right-only:checked ~ .filters .to-right, .wrong-only:checked ~ .filters .to-wrong {
  background: var(--accent); border-color: var(--accent); color: var(--card); }
.filter:focus-visible ~ .filters label { outline: 2px solid var(--accent-soft); }
.right-only:checked ~ .pairs .wrong, .wrong-only:checked ~ .pairs .right { display: none; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(330px, 100%), 1fr)); gap: 12px; }
.pair { margin: 0; background: var(--card); border: 1px solid var(--line); border-top: 4px solid var(--accent);
  border-radius: 10px; padding: 10px; }
.pair.right { border-top-color: var(--right); }
.pair.wrong { border-top-color: var(--wrong); }
.pictures { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: 6px; }
.pictures div { min-width: 0; }
.pictures img { display: block; width: 100%; aspect-ratio: 4 / 3; object-fit: cover; border-radius: 6px; background: var(--line); }
.pictures small { display: block; color: var(--soft); font-size: .78rem; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; margin-top: 3px; }
figcaption { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; margin-top: 8px; font-size: .88rem; }
.badge { border-radius: 99px; padding: 1px 10px; font-weight: 600; font-size: .82rem; background: var(--accent-soft); color: var(--accent); }
.right .badge { background: var(--right-soft); color: var(--right); }
.wrong .badge { background: var(--wrong-soft); color: var(--wrong); }
footer { margin-top: 3em; color: var(--soft); font-size: .88rem; border-top: 1px solid var(--line); padding-top: 1em; }
)css";
}

}  // namespace bitplace::tools
